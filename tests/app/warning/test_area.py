"""The outline of a warning."""

from __future__ import annotations

import numpy as np
import shapely

from app.warning.area import MOST_CORNERS, polygons


def ragged(corners: int) -> shapely.Polygon:
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    out = 0.1 + 0.02 * np.random.default_rng(3).random(corners)
    return shapely.Polygon(np.column_stack([121 + out * np.cos(turn), 29 + out * np.sin(turn)]))


def test_few_corners_hold_all_of_a_ragged_outline() -> None:
    shape = ragged(900)
    (found,) = polygons(shape)
    assert len(found.exterior.coords) <= MOST_CORNERS
    assert found.covers(shape)
    assert found.area < 1.5 * shape.convex_hull.area


def test_an_outline_of_few_corners_stays_as_it_is() -> None:
    shape = shapely.box(120, 29, 121, 30)
    assert polygons(shape)[0].equals(shape)


def test_holes_are_filled_and_parts_stay_apart() -> None:
    holed = shapely.box(120, 29, 121, 30).difference(shapely.box(120.4, 29.4, 120.6, 29.6))
    found = polygons(shapely.union(holed, shapely.box(122, 29, 122.1, 29.1)))
    assert len(found) == 2
    assert not any(one.interiors for one in found)
