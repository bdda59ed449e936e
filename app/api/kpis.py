"""The figures of the province's plan."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.api.risk_schemas import KpiList
from app.deps import Moment, TheCatalogue, beijing_today
from app.moments import day_of
from app.risk.kpis import kpis

router = APIRouter(prefix="/api/kpis", tags=["risk"])


@router.get("", response_model=KpiList)
def figures(
    catalogue: TheCatalogue,
    at: Moment = None,
    on: Annotated[
        date | None, Query(description="the day for clocks; absent: that of ``at``, or today")
    ] = None,
) -> dict[str, Any]:
    """Return the figures of the plan with their targets, in all and by county; each names the layer and the part that
    show it on the map."""
    then = day_of(at) if at else None
    day = on or then or beijing_today()
    return {"at": then, "on": day, "kpis": kpis(catalogue, at, day)}
