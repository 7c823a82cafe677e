//! Layers: which node comes in which, and in which order, so that few edges cross (Sugiyama 1981).

use std::collections::HashMap;

/// An edge between two vertices, from an earlier to a later layer.
pub type Pair = (usize, usize);

/// Puts nodes into layers. Every pair of `edges` is a start or an order if it is `strong`; cycles are broken
/// at the others first. Returns the layers.
pub(crate) fn layers(count: usize, edges: &[(usize, usize, bool)]) -> Vec<usize> {
    let rank = ranks(count, edges);
    let mut by_rank: Vec<usize> = (0..count).collect();
    by_rank.sort_unstable_by_key(|at| rank[*at]);
    let onwards = |from, to| if rank[from] <= rank[to] { (from, to) } else { (to, from) };
    let pairs = edges.iter().filter(|(from, to, _)| from != to).map(|&(from, to, _)| onwards(from, to));
    let (before, next) = neighbours(count, &pairs.collect::<Vec<_>>());
    let mut layer = vec![0_usize; count];
    for &at in &by_rank {
        for &to in &next[at] {
            layer[to] = layer[to].max(layer[at] + 1);
        }
    }
    // What leads to more than comes in moves up to what it leads to.
    for &at in by_rank.iter().rev() {
        if next[at].len() > before[at].len()
            && let Some(first) = next[at].iter().map(|to| layer[*to]).min()
        {
            layer[at] = layer[at].max(first.saturating_sub(1));
        }
    }
    layer
}

/// An order of the nodes in which as good as all strong edges lead onwards.
fn ranks(count: usize, edges: &[(usize, usize, bool)]) -> Vec<usize> {
    let strong = edges.iter().filter(|(from, to, strong)| *strong && from != to);
    let (before, next) = neighbours(count, &strong.map(|&(from, to, _)| (from, to)).collect::<Vec<_>>());
    let roots = (0..count).filter(|at| before[*at].is_empty());
    let mut seen = vec![false; count];
    let mut done: Vec<usize> = Vec::with_capacity(count);
    for root in roots.chain(0..count) {
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((node, edge)) = calls.pop() {
            match next[node].get(edge) {
                Some(&to) => {
                    calls.push((node, edge + 1));
                    if !std::mem::replace(&mut seen[to], true) {
                        calls.push((to, 0));
                    }
                }
                None => done.push(node),
            }
        }
    }
    let mut rank = vec![0; count];
    for (place, &node) in done.iter().rev().enumerate() {
        rank[node] = place;
    }
    rank
}

/// What each vertex has before it, and behind it.
pub(crate) fn neighbours(count: usize, pairs: &[Pair]) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let (mut left, mut right) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for &(from, to) in pairs {
        right[from].push(to);
        left[to].push(from);
    }
    (left, right)
}

/// Orders the vertices within their layers: sweeps to and fro, in which each goes to the mean place of
/// its neighbours. `edges` are between neighbouring layers. Returns the layers with their vertices.
pub fn order(layer: &[usize], edges: &[Pair]) -> Vec<Vec<usize>> {
    let depth = layer.iter().max().map_or(0, |last| last + 1);
    let (left, right) = neighbours(layer.len(), edges);
    let mut rows = first(layer, depth, &left, &right);
    let sweeps = if layer.len() > 3000 { 4 } else { 24 };
    let mut best = (usize::MAX, rows.clone());
    for sweep in 0..sweeps {
        let crossed = crossings(&rows, &right, layer.len());
        if crossed < best.0 {
            best = (crossed, rows.clone());
        }
        if crossed == 0 {
            break;
        }
        if sweep % 2 == 0 {
            for row in 1..depth {
                sort(&mut rows, row, row - 1, &left);
            }
        } else {
            for row in (0..depth.saturating_sub(1)).rev() {
                sort(&mut rows, row, row + 1, &right);
            }
        }
    }
    if crossings(&rows, &right, layer.len()) < best.0 { rows } else { best.1 }
}

/// A first order: by what hangs together.
fn first(layer: &[usize], depth: usize, left: &[Vec<usize>], right: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); depth];
    let mut seen = vec![false; layer.len()];
    let mut starts: Vec<usize> = (0..layer.len()).collect();
    starts.sort_by_key(|at| layer[*at]);
    for start in starts {
        let mut stack = vec![start];
        while let Some(at) = stack.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            rows[layer[at]].push(at);
            stack.extend(left[at].iter().chain(&right[at]).rev().filter(|other| !seen[**other]));
        }
    }
    rows
}

#[allow(clippy::cast_precision_loss)]
fn sort(rows: &mut [Vec<usize>], row: usize, by: usize, beside: &[Vec<usize>]) {
    let place: HashMap<usize, f64> = rows[by].iter().enumerate().map(|(at, &vertex)| (vertex, at as f64)).collect();
    let scale = rows[by].len() as f64 / rows[row].len().max(1) as f64;
    let keyed = rows[row].iter().enumerate().map(|(at, &vertex)| {
        let places: Vec<f64> = beside[vertex].iter().filter_map(|other| place.get(other)).copied().collect();
        // What has no neighbour there stays about where it is.
        let mean = if places.is_empty() { at as f64 * scale } else { places.iter().sum::<f64>() / places.len() as f64 };
        (mean, vertex)
    });
    let mut keyed: Vec<(f64, usize)> = keyed.collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows[row] = keyed.into_iter().map(|(_, vertex)| vertex).collect();
}

/// How many pairs of edges cross.
pub(crate) fn crossings(rows: &[Vec<usize>], right: &[Vec<usize>], count: usize) -> usize {
    let mut place = vec![0; count];
    for row in rows {
        for (at, &vertex) in row.iter().enumerate() {
            place[vertex] = at;
        }
    }
    let mut crossed = 0;
    for (row, next) in rows.iter().zip(rows.iter().skip(1)) {
        // Counts of edges that end at each place so far, as a Fenwick tree.
        let mut tree = vec![0_usize; next.len() + 1];
        let mut total = 0;
        for &vertex in row {
            let mut ends: Vec<usize> = right[vertex].iter().map(|to| place[*to]).collect();
            ends.sort_unstable();
            for &end in &ends {
                let (mut at, mut before) = (end + 1, 0);
                while at > 0 {
                    before += tree.get(at).copied().unwrap_or(0);
                    at &= at - 1;
                }
                crossed += total - before;
            }
            for end in ends {
                let mut at = end + 1;
                while at < tree.len() {
                    tree[at] += 1;
                    at += at & at.wrapping_neg();
                }
                total += 1;
            }
        }
    }
    crossed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_leads_to_a_later_layer() {
        let edges = [(0, 1, true), (1, 2, true), (0, 2, true), (3, 2, true)];
        assert_eq!(layers(4, &edges), [0, 1, 2, 1]);
    }

    #[test]
    fn a_cycle_is_broken_at_one_edge_and_at_a_stop_first() {
        assert_eq!(layers(3, &[(0, 1, true), (1, 2, true), (2, 0, true)]), [0, 1, 2]);
        assert_eq!(layers(2, &[(0, 1, false), (1, 0, true)]), [1, 0]);
        assert_eq!(layers(1, &[(0, 0, true)]), [0]);
    }

    #[test]
    fn crossings_are_counted_and_undone() {
        let edges = [(0, 3), (1, 2)];
        let (_, right) = neighbours(4, &edges);
        assert_eq!(crossings(&[vec![0, 1], vec![2, 3]], &right, 4), 1);
        let rows = order(&[0, 0, 1, 1], &edges);
        assert_eq!(crossings(&rows, &right, 4), 0);
    }
}
