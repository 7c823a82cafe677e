//! Where everything goes: layers from left to right, each part of the graph by itself, the parts packed.

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
    let parts = parts(input);
    let mut placed: Vec<(Vec<usize>, Vec<usize>, Layout)> = Vec::new();
    let mut local = vec![0; input.sizes.len()];
    for (nodes, edges) in parts {
        for (new, &old) in nodes.iter().enumerate() {
            local[old] = new;
        }
        let part = Input {
            sizes: nodes.iter().map(|at| input.sizes[*at]).collect(),
            edges: edges
                .iter()
                .map(|at| {
                    let (from, to, strong) = input.edges[*at];
                    (local[from], local[to], strong)
                })
                .collect(),
        };
        let layout = part_layout(&part);
        placed.push((nodes, edges, layout));
    }
    pack(input, placed)
}

/// The connected parts: their nodes and their edges.
fn parts(input: &Input) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut root: Vec<usize> = (0..input.sizes.len()).collect();
    let find = |root: &mut Vec<usize>, mut at: usize| {
        while root[at] != at {
            root[at] = root[root[at]];
            at = root[at];
        }
        at
    };
    for &(from, to, _) in &input.edges {
        let (a, b) = (find(&mut root, from), find(&mut root, to));
        root[a.max(b)] = a.min(b);
    }
    let mut number = vec![usize::MAX; root.len()];
    let mut parts: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for at in 0..root.len() {
        let of = find(&mut root, at);
        if number[of] == usize::MAX {
            number[of] = parts.len();
            parts.push((Vec::new(), Vec::new()));
        }
        parts[number[of]].0.push(at);
    }
    for (at, edge) in input.edges.iter().enumerate() {
        let of = find(&mut root, edge.0);
        parts[number[of]].1.push(at);
    }
    parts
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
        for pair in chain.windows(2) {
            if layer[pair[0]] + 1 == layer[pair[1]] {
                pairs.push((pair[0], pair[1]));
            }
        }
        chains.push(chain);
    }
    let rows = order::order(&layer, &pairs);
    let (ys, height) = heights(&rows, &sizes, &pairs, count);
    let (lefts, widths, width) = columns(&rows, &sizes, &pairs, &layer);
    let nodes: Vec<Point> =
        (0..count).map(|at| (lefts[layer[at]] + widths[layer[at]] / 2.0, ys[at])).collect();
    let routes = input
        .edges
        .iter()
        .zip(&chains)
        .map(|(&(from, to, _), chain)| {
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
        })
        .collect();
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
fn heights(
    rows: &[Vec<usize>],
    sizes: &[(f64, f64)],
    pairs: &[order::Pair],
    count: usize,
) -> (Vec<f64>, f64) {
    let (mut left, mut right) = (vec![Vec::new(); sizes.len()], vec![Vec::new(); sizes.len()]);
    for &(from, to) in pairs {
        right[from].push(to);
        left[to].push(from);
    }
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
        let turn: Vec<usize> =
            if onwards { (0..rows.len()).collect() } else { (0..rows.len()).rev().collect() };
        for row in turn {
            let wanted: Vec<(f64, f64)> = rows[row]
                .iter()
                .map(|&at| {
                    let beside: Box<dyn Iterator<Item = &usize>> = match (round, onwards) {
                        (8.., _) => Box::new(left[at].iter().chain(&right[at])),
                        (_, true) => Box::new(left[at].iter()),
                        (_, false) => Box::new(right[at].iter()),
                    };
                    // An edge on its way is to go straight on.
                    let weight = |other: &usize| if at >= count && *other >= count { 8.0 } else { 1.0 };
                    let (sum, weights) = beside.fold((0.0, 0.0), |(sum, all), other| {
                        (sum + ys[*other] * weight(other), all + weight(other))
                    });
                    if weights > 0.0 { (sum / weights, weights) } else { (ys[at], 0.2) }
                })
                .collect();
            spread(&rows[row], sizes, &wanted, &mut ys);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(count: usize, edges: &[(usize, usize, bool)]) -> Layout {
        layout(&Input { sizes: vec![(40.0, 20.0); count], edges: edges.to_vec() })
    }

    #[test]
    fn an_edge_leads_to_the_right() {
        let layout = laid(3, &[(0, 1, true), (1, 2, true), (0, 2, true)]);
        assert!(layout.nodes[0].0 < layout.nodes[1].0 && layout.nodes[1].0 < layout.nodes[2].0);
        let Route::Across(points) = &layout.routes[2] else { panic!("{:?}", layout.routes[2]) };
        assert_eq!(points.len(), 4, "it bends around the node between: {points:?}");
        assert!((points[1].1 - layout.nodes[1].1).abs() >= 10.0);
    }

    #[test]
    fn nodes_do_not_overlap() {
        let edges: Vec<(usize, usize, bool)> =
            (0..200).map(|at| (at % 17, (at * 31) % 60, at % 3 > 0)).collect();
        let layout = laid(60, &edges);
        for (at, a) in layout.nodes.iter().enumerate() {
            for b in &layout.nodes[at + 1..] {
                assert!((a.0 - b.0).abs() >= 40.0 || (a.1 - b.1).abs() >= 20.0, "{a:?} {b:?}");
            }
            assert!(a.0 - 20.0 >= -0.01 && a.0 + 20.0 <= layout.size.0 + 0.01);
            assert!(a.1 - 10.0 >= -0.01 && a.1 + 10.0 <= layout.size.1 + 0.01);
        }
    }

    #[test]
    fn a_stop_alone_and_a_tie_to_itself_have_a_way_too() {
        let layout = laid(2, &[(0, 1, true), (1, 0, false), (0, 0, true)]);
        assert!(matches!(&layout.routes[1], Route::Across(points) if points[0].0 > points[1].0));
        assert!(matches!(layout.routes[2], Route::Beside(..)));
        assert_eq!(laid(0, &[]), Layout::default());
    }

    #[test]
    fn many_nodes_are_placed_in_time() {
        let edges: Vec<(usize, usize, bool)> = (1..10_000)
            .flat_map(|at| [(at - 1, at, true), (0, at, true), ((at * 7919) % 10_000, at, false)])
            .collect();
        assert_eq!(laid(10_000, &edges).nodes.len(), 10_000);
    }
}
