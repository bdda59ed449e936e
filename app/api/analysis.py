"""Analyses: one typed route each."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request

from app.analysis import coverage
from app.analysis.coverage import CoverageParams, CoverageResult
from app.analysis.inputs import BASES, CoverageData
from app.api.schemas import BaseList
from app.deps import TheCatalogue

router = APIRouter(prefix="/api/analysis", tags=["analysis"])


def _data(request: Request) -> CoverageData:
    data: CoverageData = request.app.state.coverage_data
    return data


TheData = Annotated[CoverageData, Depends(_data)]


@router.get("/coverage/bases", response_model=BaseList)
def coverage_bases(catalogue: TheCatalogue, data: TheData) -> dict[str, Any]:
    """List the bases a coverage question can name."""
    version = catalogue.current().get(BASES)
    return {
        "layer": BASES,
        "version": version.version if version else None,
        "bases": [
            {
                "id": b.id,
                "name": b.name,
                "name_en": b.name_en,
                "lon": b.lon,
                "lat": b.lat,
                "status": b.status,
                "preparation_min": b.preparation_min,
                "cruise_kmh": b.cruise_kmh,
                "aircraft": b.aircraft,
                "is_main": b.is_main,
            }
            for b in data.bases()
        ],
    }


@router.post("/coverage")
def coverage_run(
    data: TheData, params: Annotated[CoverageParams, Body(default_factory=CoverageParams)]
) -> CoverageResult:
    """Answer where the bases reach, how many people that is, and which counties have gaps."""
    return coverage.run(params, data.inputs(*(params.demand or ())))
