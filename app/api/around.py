"""Everything about one place."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from app.around.params import AroundParams, Footprint, Hazard, RingFootprint, WedgeFootprint
from app.around.result import AroundAnswer
from app.around.run import run
from app.deps import Moment, TheCatalogue, TheMovers
from layers.errors import BadInput

router = APIRouter(prefix="/api/around", tags=["around"])


@router.get("")
def around(
    catalogue: TheCatalogue,
    movers: TheMovers,
    lon: Annotated[float, Query(description="degrees east, WGS 84")],
    lat: Annotated[float, Query(description="degrees north, WGS 84")],
    hazard: Hazard | None = None,
    radius_m: Annotated[float | None, Query(ge=10, le=50_000, description="footprint: a ring; 1,000")] = None,
    isolation_m: Annotated[
        float | None, Query(ge=10, le=10_000, description="footprint: a circle and a wedge")
    ] = None,
    downwind_m: Annotated[float | None, Query(ge=10, le=50_000)] = None,
    wind_from_deg: Annotated[float | None, Query(ge=0, le=360)] = None,
    called_at: datetime | None = None,
    most: Annotated[int, Query(ge=1, le=2000, description="hazards, and targets, listed at most")] = 30,
    at: Moment = None,
) -> AroundAnswer:
    """Tell all about a place in one answer: areas, zones, hazards near by, who comes first, shelters, people inside."""
    footprint = _footprint(radius_m, isolation_m, downwind_m, wind_from_deg)
    params = AroundParams(
        lon=lon, lat=lat, hazard=hazard, footprint=footprint, at=at, called_at=called_at, most=most
    )
    return run(params, catalogue, movers)


@router.post("")
def around_footprint(catalogue: TheCatalogue, movers: TheMovers, params: AroundParams) -> AroundAnswer:
    """Tell all about a place, with a footprint of any kind; one drawn by hand has no place in an address."""
    return run(params, catalogue, movers)


def _footprint(
    radius_m: float | None, isolation_m: float | None, downwind_m: float | None, wind_from_deg: float | None
) -> Footprint:
    wedge = (isolation_m, downwind_m, wind_from_deg)
    if wedge == (None, None, None):
        return RingFootprint(radius_m=1000.0 if radius_m is None else radius_m)
    if radius_m is not None or isolation_m is None or downwind_m is None or wind_from_deg is None:
        raise BadInput(
            "影响范围：只给 radius_m，或同时给 isolation_m、downwind_m、wind_from_deg",
            "a footprint is radius_m alone, or isolation_m, downwind_m and wind_from_deg together",
            code="bad_footprint",
        )
    return WedgeFootprint(
        kind="wedge", isolation_m=isolation_m, downwind_m=downwind_m, wind_from_deg=wind_from_deg
    )
