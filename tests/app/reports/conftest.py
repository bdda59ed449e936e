"""One small answer to report on, with names that would do harm if a page or a spreadsheet obeyed them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from app.analysis.coverage import CoverageParams, CoverageResult, run
from app.analysis.model import BaseRow, County, CoverageInputs, PopulationGrid, SourceNote

EVIL = "</script><img src=http://192.0.2.1/x onerror=alert(1)>{{ 7*7 }}"


@pytest.fixture(scope="session")
def asked() -> CoverageInputs:
    """Three counties, one of them with a name that is a formula, and two bases."""
    return CoverageInputs(
        land=None,
        counties=(
            County("330101", "甲县", shapely.box(119.0, 29.0, 120.0, 30.0), city="某市"),
            County("330102", "=1+1", shapely.box(120.0, 29.0, 121.5, 30.0), city="@某市"),
            County("330103", EVIL, shapely.box(121.5, 29.0, 122.5, 30.0)),
        ),
        population=PopulationGrid(np.full((20, 70), 100.0), (0.05, 0.0, 119.0, 0.0, -0.05, 30.0)),
        bases=(BaseRow("B1", "基地一", 119.5, 29.5), BaseRow("B2", EVIL, 119.9, 29.4, name_en="Two")),
        sources=(SourceNote("population", "abc123", "人口普查", date(2020, 11, 1), generated=True),),
    )


@pytest.fixture(scope="session")
def answer(asked: CoverageInputs) -> CoverageResult:
    """Coverage of 60 km around the two bases."""
    return run(CoverageParams(radius_km=60), asked)
