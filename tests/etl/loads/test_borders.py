"""Common borders: the same line on both sides at every distance, rings that stay rings."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.loads.borders import generalise


def countries(seed: int, count: int = 12) -> np.ndarray:
    """Areas whose borders are wavy lines, shared vertex by vertex."""
    rng = np.random.default_rng(seed)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(rng.uniform(0, 1000, (count, 2)))))
    dense = shapely.segmentize(shapely.set_precision(cells, 0.001), 10)

    def wave(at: np.ndarray) -> np.ndarray:
        return at + 6 * np.sin(at[:, ::-1] / 17) + 2 * np.cos(at / 5)

    whole = shapely.transform(dense, wave)
    return np.array([shapely.multipolygons([one]) for one in whole])


def overlap_and_gap(shapes: np.ndarray) -> tuple[float, float]:
    """How much areas overlap, and how much the outline of all has in holes."""
    union = shapely.union_all(shapes)
    holes = sum(
        shapely.area(shapely.polygons(ring))
        for part in shapely.get_parts(union)
        for ring in shapely.get_rings(part)[1:]
    )
    return float(shapely.area(shapes).sum() - shapely.area(union)), float(holes)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_no_gap_and_no_overlap_opens_between_neighbours(seed: int) -> None:
    shapes = countries(seed)
    before = shapely.area(shapely.union_all(shapes))
    for made in generalise(shapes, [1.0, 4.0]):
        valid = shapely.make_valid(made)
        overlap, gap = overlap_and_gap(valid)
        # a line that crosses itself may leave a speck; gaps along borders would be a thousand times more
        assert overlap < 1e-4 * before
        assert gap < 1e-4 * before


def test_simplified_one_by_one_the_same_areas_do_gape() -> None:
    shapes = countries(3)
    overlap, gap = overlap_and_gap(shapely.make_valid(shapely.simplify(shapes, 4.0, preserve_topology=False)))
    ours = overlap_and_gap(shapely.make_valid(generalise(shapes, [4.0])[0]))
    assert overlap + gap > 10 * sum(ours)


def test_every_distance_leaves_fewer_vertices_and_stays_near_the_true_line() -> None:
    shapes = countries(5)
    made = generalise(shapes, [1.0, 4.0, 16.0])
    counts = [shapely.get_num_coordinates(one).sum() for one in (shapes, *made)]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] < counts[0] / 4
    for one, reach in zip(made, (1.0, 5.0, 21.0), strict=True):  # each is made of the one before
        assert (
            shapely.hausdorff_distance(shapely.boundary(one), shapely.boundary(shapes)).max() <= reach + 0.01
        )


def test_an_area_made_of_others_keeps_their_outer_border() -> None:
    shapes = countries(7)
    parts = shapely.get_parts(shapely.union_all(shapes[:4]))
    whole = shapely.multipolygons(list(parts))
    made = generalise(np.array([*shapes[:4], whole]), [4.0])[0]
    assert shapely.area(shapely.union_all(made[:4]).symmetric_difference(made[4])) < 1e-6 * shapely.area(
        whole
    )


@pytest.mark.parametrize("reach", [0.5, 50.0, 5_000.0])
def test_no_ring_vanishes(reach: float) -> None:
    square = shapely.box(0, 0, 10, 10)
    island = shapely.box(200, 200, 203, 203)
    holed = shapely.difference(shapely.box(400, 0, 500, 100), shapely.box(440, 40, 450, 50))
    shapes = np.array([shapely.multipolygons([square, island]), shapely.multipolygons([holed])])
    made = generalise(shapes, [reach])[0]
    assert shapely.get_num_geometries(made).tolist() == [2, 1]
    assert np.allclose(shapely.bounds(made), shapely.bounds(shapes))
    assert shapely.get_num_interior_rings(shapely.get_geometry(made[1], 0)) == 1
