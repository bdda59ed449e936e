"""Who is at a place first: flights added up by hand, roads beside them, and the way round closed airspace."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely

from app.analysis.arrival import Arrival, ArrivalParams, run
from app.analysis.model import CoverageInputs, GroundTimes, PopulationGrid
from layers.errors import BadInput
from layers.geo import GEOD

PLACE = (119.8, 29.2)
WALL = {
    "type": "Polygon",
    "coordinates": [[[119.4, 28.9], [119.5, 28.9], [119.5, 29.6], [119.4, 29.6], [119.4, 28.9]]],
}


def ask(inputs: CoverageInputs, **sent: Any) -> Arrival:
    places = [{"lon": PLACE[0], "lat": PLACE[1]}]
    return run(ArrivalParams.model_validate({"places": places, **sent}), inputs).places[0]


def test_the_first_there_leads_and_its_minutes_are_preparation_and_flight(province: CoverageInputs) -> None:
    found = ask(province)
    assert [one.minutes for one in found.air] == sorted(one.minutes for one in found.air)
    for one in found.air:
        base = next(row for row in province.bases if row.id == one.base)
        away_km = GEOD.inv(base.lon, base.lat, *PLACE)[2] / 1000
        assert one.distance_km == pytest.approx(away_km)
        minutes = (base.preparation_min or 15) + away_km / (base.cruise_kmh or 200) * 60
        assert one.minutes == pytest.approx(minutes)
        assert one.reached == (minutes <= 45)
    assert (found.first, found.road_min, found.first_min) == ("air", None, found.air[0].minutes)


@pytest.mark.parametrize(("road_min", "first"), [(12.0, "road"), (240.0, "air")])
def test_the_earlier_of_air_and_road_counts(province: CoverageInputs, road_min: float, first: str) -> None:
    grid = PopulationGrid(np.full((100, 100), road_min), (0.02, 0, 119.0, 0, -0.02, 30.0))
    areas = ((road_min, shapely.box(119, 29, 120, 30)), (900.0, shapely.box(117, 26, 124, 32)))
    for ground in (GroundTimes("roads", grid), GroundTimes("roads", areas=areas)):
        found = ask(replace(province, ground=ground))
        assert (found.road_min, found.first) == (road_min, first)
        assert found.first_min == min(road_min, found.air[0].minutes)


def test_the_way_round_closed_airspace_is_as_long_as_it_takes(province: CoverageInputs) -> None:
    straight = ask(province, bases=["B1"]).air[0]
    round_ = ask(province, bases=["B1"], no_fly=[WALL]).air[0]
    assert len(straight.way) == 2
    assert len(round_.way) > 2
    flown_km = sum(GEOD.inv(*a, *b)[2] for a, b in pairwise(round_.way)) / 1000
    assert round_.flight_min == pytest.approx(flown_km / 200 * 60, rel=1e-5)
    assert round_.flight_min > straight.flight_min
    assert not shapely.LineString(round_.way).intersects(shapely.geometry.shape(WALL).buffer(-1e-4))


def test_nobody_comes_into_closed_airspace(province: CoverageInputs) -> None:
    closed = shapely.geometry.mapping(shapely.box(119.7, 29.1, 119.9, 29.3))
    found = ask(province, no_fly=[dict(closed)])
    assert (found.air, found.first, found.first_min, found.reached) == ([], None, None, False)


def test_a_place_of_unknown_datum_is_refused(province: CoverageInputs) -> None:
    with pytest.raises(BadInput) as caught:
        ask(province, places=[{"lon": 120, "lat": 29, "datum": "local"}])
    assert caught.value.code == "unknown_datum"
