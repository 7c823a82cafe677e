//! Where everything goes: layers from left to right, each part of the graph by itself, the parts packed.

use indexmap::IndexMap;
use petgraph::unionfind::UnionFind;

use super::order;

/// A point in the picture.
pub type Point = (f64, f64);

/// What is to be placed.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Width and height of each node.
    pub sizes: Vec<(f64, f64)>,
    /// Edges; those that are not strong have no say in the order of the layers.
    pub edges: Vec<(usize, usize, bool)>,
}

/// Where it goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The middle of each node.
    pub nodes: Vec<Point>,
    /// The way of each edge, from its beginning to its end. Consecutive points are joined by curves that
    /// leave and arrive level.
    pub routes: Vec<Route>,
    /// The size of the whole.
    pub size: (f64, f64),
}

/// The way of an edge.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    /// From layer to layer.
    Across(Vec<Point>),
    /// From the right side of a node to the right side of another one below or above, or to itself.
    Beside(Point, Point),
}

/// Between nodes above each other.
const GAP: f64 = 9.0;
/// Room that an edge takes up where it passes nodes.
const LANE: f64 = 5.0;
/// Between parts of the graph that do not hang together.
const APART: f64 = 26.0;
/// Edges that pass more layers than this in all are drawn straight; 10,000 jobs must not take minutes.
const MOST_BENDS: usize = 40_000;

/// Lays a graph out.
pub fn layout(input: &Input) -> Layout {
    let mut local = vec![0; input.sizes.len()];
    let placed = parts(input).into_iter().map(|(nodes, edges)| {
        for (new, &old) in nodes.iter().enumerate() {
            local[old] = new;
        }
        let edge = |at: &usize| {
            let (from, to, strong) = input.edges[*at];
            (local[from], local[to], strong)
        };
        let sizes = nodes.iter().map(|at| input.sizes[*at]).collect();
        let layout = part_layout(&Input { sizes, edges: edges.iter().map(edge).collect() });
        (nodes, edges, layout)
    });
    let placed = placed.collect();
    pack(input, placed)
}

/// The connected parts: their nodes and their edges.
fn parts(input: &Input) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut sets = UnionFind::new(input.sizes.len());
    for (from, to, _) in &input.edges {
        sets.union(*from, *to);
    }
    let part_of: Vec<usize> = sets.into_labeling();
    let mut parts: IndexMap<usize, (Vec<usize>, Vec<usize>)> = IndexMap::new();
    for (at, part) in part_of.iter().enumerate() {
        parts.entry(*part).or_default().0.push(at);
    }
    for (at, (from, ..)) in input.edges.iter().enumerate() {
        parts.entry(part_of[*from]).or_default().1.push(at);
    }
    parts.into_values().collect()
}

/// Lays out what hangs together.
fn part_layout(input: &Input) -> Layout {
    let count = input.sizes.len();
    let mut layer = order::layers(count, &input.edges);
    let mut sizes = input.sizes.clone();
    // Each edge as a chain of vertices, a bend in each layer that it passes.
    let mut chains: Vec<Vec<usize>> = Vec::with_capacity(input.edges.len());
    let mut pairs: Vec<order::Pair> = Vec::new();
    for &(from, to, _) in &input.edges {
        let (first, last) = if layer[from] <= layer[to] { (from, to) } else { (to, from) };
        let mut chain = vec![first];
        let between = layer[last].saturating_sub(layer[first]).saturating_sub(1);
        if sizes.len() - count + between <= MOST_BENDS {
            for passed in layer[first] + 1..layer[last] {
                chain.push(sizes.len());
                sizes.push((0.0, LANE));
                layer.push(passed);
            }
        }
        chain.push(last);
        let steps = chain.windows(2).map(|pair| (pair[0], pair[1]));
        pairs.extend(steps.filter(|(from, to)| layer[*from] + 1 == layer[*to]));
        chains.push(chain);
    }
    let rows = order::order(&layer, &pairs);
    let (ys, height) = heights(&rows, &sizes, &pairs, count);
    let (lefts, widths, width) = columns(&rows, &sizes, &pairs, &layer);
    let middle = |at: usize| (lefts[layer[at]] + widths[layer[at]] / 2.0, ys[at]);
    let nodes: Vec<Point> = (0..count).map(middle).collect();
    let routes = input.edges.iter().zip(&chains).map(|(&(from, to, _), chain)| {
        if layer[from] == layer[to] {
            let right = |at: usize| (nodes[at].0 + sizes[at].0 / 2.0, nodes[at].1);
            return Route::Beside(right(from), right(to));
        }
        let mut points = Vec::with_capacity(chain.len() * 2);
        for (place, &at) in chain.iter().enumerate() {
            if at < count {
                let half = sizes[at].0 / 2.0;
                let side = if place == 0 { half } else { -half };
                points.push((nodes[at].0 + side, nodes[at].1));
            } else {
                points.push((lefts[layer[at]], ys[at]));
                points.push((lefts[layer[at]] + widths[layer[at]], ys[at]));
            }
        }
        if layer[from] > layer[to] {
            points.reverse();
        }
        Route::Across(points)
    });
    let routes = routes.collect();
    Layout { nodes, routes, size: (width, height) }
}

/// The left edge and the width of each column, and the width of all.
#[allow(clippy::cast_precision_loss)]
fn columns(
    rows: &[Vec<usize>],
    sizes: &[(f64, f64)],
    pairs: &[order::Pair],
    layer: &[usize],
) -> (Vec<f64>, Vec<f64>, f64) {
    let mut between = vec![0_usize; rows.len()];
    for (from, _) in pairs {
        between[layer[*from]] += 1;
    }
    let (mut lefts, mut widths) = (Vec::new(), Vec::new());
    let mut x = 0.0;
    let mut end = 0.0;
    for (row, edges) in rows.iter().zip(between) {
        let width = row.iter().map(|at| sizes[*at].0).fold(0.0, f64::max);
        lefts.push(x);
        widths.push(width);
        end = x + width;
        x = end + 54.0 + (edges as f64 * 1.6).min(90.0);
    }
    (lefts, widths, end)
}

/// The heights of all vertices: near their neighbours, in order and apart.
fn heights(rows: &[Vec<usize>], sizes: &[(f64, f64)], pairs: &[order::Pair], count: usize) -> (Vec<f64>, f64) {
    let (left, right) = order::neighbours(sizes.len(), pairs);
    let mut ys = vec![0.0; sizes.len()];
    for row in rows {
        let mut y = 0.0;
        for &at in row {
            ys[at] = y + sizes[at].1 / 2.0;
            y += sizes[at].1 + GAP;
        }
    }
    for round in 0..12 {
        let onwards = round % 2 == 0;
        for step in 0..rows.len() {
            let row = &rows[if onwards { step } else { rows.len() - 1 - step }];
            let wanted = row.iter().map(|&at| {
                let (left, right): (&[usize], &[usize]) = match (round, onwards) {
                    (8.., _) => (&left[at], &right[at]),
                    (_, true) => (&left[at], &[]),
                    (_, false) => (&[], &right[at]),
                };
                // An edge on its way is to go straight on.
                let weight = |other: &usize| if at >= count && *other >= count { 8.0 } else { 1.0 };
                let (sum, weights) = left
                    .iter()
                    .chain(right)
                    .fold((0.0, 0.0), |(sum, all), other| (sum + ys[*other] * weight(other), all + weight(other)));
                if weights > 0.0 { (sum / weights, weights) } else { (ys[at], 0.2) }
            });
            let wanted: Vec<(f64, f64)> = wanted.collect();
            spread(row, sizes, &wanted, &mut ys);
        }
    }
    let top = (0..sizes.len()).map(|at| ys[at] - sizes[at].1 / 2.0).fold(f64::INFINITY, f64::min);
    let top = if top.is_finite() { top } else { 0.0 };
    for y in &mut ys {
        *y -= top;
    }
    let height = (0..sizes.len()).map(|at| ys[at] + sizes[at].1 / 2.0).fold(0.0, f64::max);
    (ys, height)
}

/// Places the vertices of a column as near to where they want to be as their order and sizes allow: the
/// least squares, by pooling those that push each other (Ayer et al. 1955).
fn spread(row: &[usize], sizes: &[(f64, f64)], wanted: &[(f64, f64)], ys: &mut [f64]) {
    let mut offsets = Vec::with_capacity(row.len());
    let mut offset = 0.0;
    for (place, &at) in row.iter().enumerate() {
        if place > 0 {
            offset += f64::midpoint(sizes[row[place - 1]].1, sizes[at].1) + GAP;
        }
        offsets.push(offset);
    }
    // Pools: the weighted mean, the weight, how many.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((want, weight), offset) in wanted.iter().zip(&offsets) {
        let mut pool = (want - offset, *weight, 1);
        while let Some(&(mean, before, many)) = pools.last() {
            if mean <= pool.0 {
                break;
            }
            pools.pop();
            let all = before + pool.1;
            pool = ((mean * before + pool.0 * pool.1) / all, all, many + pool.2);
        }
        pools.push(pool);
    }
    let means = pools.iter().flat_map(|(mean, _, many)| std::iter::repeat_n(*mean, *many));
    for ((&at, offset), mean) in row.iter().zip(offsets).zip(means) {
        ys[at] = mean + offset;
    }
}

/// Puts the parts side by side and below each other, the largest first.
fn pack(input: &Input, mut placed: Vec<(Vec<usize>, Vec<usize>, Layout)>) -> Layout {
    placed.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.0.cmp(&b.0)));
    let area: f64 = placed.iter().map(|(_, _, part)| (part.size.0 + APART) * (part.size.1 + APART)).sum();
    let widest = placed.iter().map(|(_, _, part)| part.size.0).fold(0.0, f64::max);
    let limit = widest.max((area * 1.5).sqrt()).max(900.0);
    let mut layout = Layout {
        nodes: vec![(0.0, 0.0); input.sizes.len()],
        routes: vec![Route::Across(Vec::new()); input.edges.len()],
        size: (0.0, 0.0),
    };
    let (mut x, mut y, mut below) = (0.0, 0.0, 0.0_f64);
    for (nodes, edges, part) in placed {
        if x > 0.0 && x + part.size.0 > limit {
            x = 0.0;
            y = below + APART;
        }
        let move_by = |point: Point| (point.0 + x, point.1 + y);
        for (at, point) in nodes.into_iter().zip(part.nodes) {
            layout.nodes[at] = move_by(point);
        }
        for (at, route) in edges.into_iter().zip(part.routes) {
            layout.routes[at] = match route {
                Route::Across(points) => Route::Across(points.into_iter().map(move_by).collect()),
                Route::Beside(from, to) => Route::Beside(move_by(from), move_by(to)),
            };
        }
        below = below.max(y + part.size.1);
        layout.size = (layout.size.0.max(x + part.size.0), below);
        x += part.size.0 + APART * 1.5;
    }
    layout
}
