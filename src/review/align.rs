//! Two texts side by side, with the lines that belong together in one row as far as their order allows.

use std::cmp::Reverse;

/// A line on each side, or on one of them; lines count from 0.
pub type Row = (Option<usize>, Option<usize>);

/// Rows for texts of so many lines, of which pairs belong together.
pub fn rows(left: usize, right: usize, pairs: &[(usize, usize)]) -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut l, mut r) = (0, 0);
    let end = (left, right);
    for (next_l, next_r) in chain(pairs).into_iter().filter(|(l, r)| *l < left && *r < right).chain([end]) {
        // What comes before the pair stands as close to what precedes it as it can.
        for at in 0..(next_l - l).max(next_r - r) {
            rows.push(((l + at < next_l).then_some(l + at), (r + at < next_r).then_some(r + at)));
        }
        if (next_l, next_r) == end {
            break;
        }
        rows.push((Some(next_l), Some(next_r)));
        (l, r) = (next_l + 1, next_r + 1);
    }
    rows
}

/// The longest run of pairs that ascends on both sides.
fn chain(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut pairs = pairs.to_vec();
    pairs.sort_by_key(|(l, r)| (*r, Reverse(*l)));
    // Of the runs of each length, the pair in which the lowest one ends.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, (l, _)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].0 < *l);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            None => ends.push(index),
            // Of several lines that belong to one, the first stands beside it.
            Some(end) if pairs[*end].0 > *l => *end = index,
            Some(_) => {}
        }
    }
    let mut run = Vec::new();
    let mut next = ends.last().copied();
    while let Some(index) = next {
        run.push(pairs[index]);
        next = before[index];
    }
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_that_belong_together_share_a_row() {
        assert_eq!(
            rows(3, 3, &[(0, 1), (2, 2)]),
            [(None, Some(0)), (Some(0), Some(1)), (Some(1), None), (Some(2), Some(2))]
        );
    }

    #[test]
    fn where_orders_differ_the_most_pairs_are_kept() {
        assert_eq!(chain(&[(0, 2), (1, 0), (2, 1)]), [(1, 0), (2, 1)]);
    }

    #[test]
    fn of_several_lines_that_belong_to_one_the_first_stands_beside_it() {
        assert_eq!(chain(&[(0, 0), (1, 1), (1, 2), (3, 4), (3, 5)]), [(0, 0), (1, 1), (3, 4)]);
    }

    proptest! {
        #[test]
        fn every_line_stands_once_and_in_order(
            left in 0..20_usize,
            right in 0..20_usize,
            pairs in prop::collection::vec((0..22_usize, 0..22_usize), 0..30),
        ) {
            let rows = rows(left, right, &pairs);
            let lefts: Vec<usize> = rows.iter().filter_map(|(l, _)| *l).collect();
            let rights: Vec<usize> = rows.iter().filter_map(|(_, r)| *r).collect();
            prop_assert_eq!(lefts, (0..left).collect::<Vec<_>>());
            prop_assert_eq!(rights, (0..right).collect::<Vec<_>>());
        }
    }
}
