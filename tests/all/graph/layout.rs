//! Where the parts of a picture go.

use cutover::graph::layout::{Input, Layout, Route, layout};

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
    let edges: Vec<(usize, usize, bool)> = (0..200).map(|at| (at % 17, (at * 31) % 60, at % 3 > 0)).collect();
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
    let edges: Vec<(usize, usize, bool)> =
        (1..10_000).flat_map(|at| [(at - 1, at, true), (0, at, true), ((at * 7919) % 10_000, at, false)]).collect();
    assert_eq!(laid(10_000, &edges).nodes.len(), 10_000);
}
