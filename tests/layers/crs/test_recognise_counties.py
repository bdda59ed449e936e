"""How far recognition goes on the real counties: points drawn in each, encoded in each way, without a declaration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from layers.crs.gcj import wgs_to_bd, wgs_to_gcj
from layers.crs.places import Places
from layers.crs.recognise import recognise

Points = tuple[NDArray[np.float64], NDArray[np.float64]]
Project = Callable[[int, NDArray[np.float64], NDArray[np.float64]], Points]
ZONE_OF_STATISTICS = "330371"


@pytest.fixture(scope="module")
def counties(real_data: Path) -> Places:
    frame = gpd.read_file(real_data / "zj_county2020_tudigong.geojson")
    frame = frame[frame["CODE"].astype(str) != ZONE_OF_STATISTICS]
    return Places(frame["CODE"].astype(str).tolist(), frame.geometry.to_numpy())


@pytest.fixture(scope="module")
def drawn(real_data: Path) -> Callable[[int], list[tuple[str, Points]]]:
    frame = gpd.read_file(real_data / "zj_county2020_tudigong.geojson")
    frame = frame[frame["CODE"].astype(str) != ZONE_OF_STATISTICS]

    def draw(count: int) -> list[tuple[str, Points]]:
        rng = np.random.default_rng(20)
        found = []
        for code, polygon in zip(frame["CODE"].astype(str), frame.geometry, strict=True):
            west, south, east, north = polygon.bounds
            lon, lat = rng.uniform(west, east, 40 * count), rng.uniform(south, north, 40 * count)
            inside = shapely.contains_xy(polygon, lon, lat)
            found.append((code, (lon[inside][:count], lat[inside][:count])))
        return found

    return draw


def tally(
    counties: Places, groups: list[tuple[str, Points]], encode: Callable[[Points], Points], known: bool
) -> Counter[str]:
    """Count the answers over the counties: the key taken, with "swapped", or the question."""
    answers: Counter[str] = Counter()
    for code, points in groups:
        codes = [code] * len(points[0]) if known else None
        found = recognise(
            *encode(points), declared=None, places=counties, county_codes=codes, data_datum="CGCS2000"
        )
        answers[found.question or f"{found.chosen.key}{' swapped' * found.chosen.swapped}"] += 1  # type: ignore[union-attr]
    return answers


# (code, swapped, least right without county codes, with them): 60 points each. What is not right is asked about, so
# between neighbours the figures depend on the draw (by 3 or so) and on how finely boundaries are drawn: with 300 points
# and county codes no more than one county is left in doubt.
TABLE = [
    (4528, False, 90, 90),
    (4528, True, 90, 90),
    (4529, False, 90, 90),
    (4498, False, 90, 90),
    (3857, False, 90, 90),
    (4490, False, 90, 90),
    (4490, True, 90, 90),
    (4549, False, 86, 90),
    (4549, True, 86, 90),
    (4550, False, 12, 77),
    (4548, False, 18, 76),
    (32650, False, 14, 76),
    (32651, False, 11, 76),
]


@pytest.mark.parametrize(("code", "swapped", "least", "least_known"), TABLE)
def test_sixty_points_of_a_county_are_read_right_or_asked_about(
    counties: Places,
    drawn: Callable[[int], list[tuple[str, Points]]],
    project: Project,
    code: int,
    swapped: bool,
    least: int,
    least_known: int,
) -> None:
    def encode(points: Points) -> Points:
        x, y = project(code, *points)
        return (y, x) if swapped else (x, y)

    right = f"EPSG:{code}{' swapped' * swapped}"
    for known, wanted in ((False, least), (True, least_known)):
        answers = tally(counties, drawn(60), encode, known)
        assert answers[right] >= wanted, answers
        assert set(answers) <= {right, "crs_ambiguous"}, answers


@pytest.mark.parametrize(("code", "least"), [(4550, 89), (32650, 89), (32651, 89), (4548, 89)])
def test_three_hundred_points_tell_gauss_kruger_from_utm_by_their_counties(
    counties: Places,
    drawn: Callable[[int], list[tuple[str, Points]]],
    project: Project,
    code: int,
    least: int,
) -> None:
    answers = tally(counties, drawn(300), lambda points: project(code, *points), known=True)
    assert answers[f"EPSG:{code}"] >= least, answers
    assert set(answers) <= {f"EPSG:{code}", "crs_ambiguous"}, answers


@pytest.mark.parametrize(
    ("forward", "name", "least"), [(wgs_to_gcj, "GCJ-02", 77), (wgs_to_bd, "BD-09", 77), (None, "", 0)]
)
def test_offsets_are_suspected_from_three_hundred_points_and_never_where_there_are_none(
    counties: Places,
    drawn: Callable[[int], list[tuple[str, Points]]],
    forward: Callable[..., Points] | None,
    name: str,
    least: int,
) -> None:
    suspected = 0
    for code, points in drawn(300):
        numbers = forward(*points) if forward else points
        found = recognise(*numbers, declared=None, places=counties, county_codes=[code] * len(points[0]))
        suspected += any(note[0] == "offset_suspected" and name in note[1] for note in found.notes)
    assert suspected >= least
    assert forward is not None or suspected == 0
