"""A small province to compute on: twelve counties, two islands, a lake, people on a coarse grid, four
bases.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from app.analysis.model import BaseRow, County, CoverageInputs, PopulationGrid, SourceNote


def _land() -> shapely.MultiPolygon:
    mainland = shapely.Polygon(
        [
            (118.4, 28.0),
            (120.2, 27.6),
            (121.4, 28.2),
            (121.9, 29.3),
            (121.2, 30.4),
            (119.6, 30.7),
            (118.3, 29.6),
        ],
        holes=[[(119.4, 29.3), (119.7, 29.3), (119.7, 29.5), (119.4, 29.5)]],
    )
    islands = [shapely.box(122.1, 29.9, 122.3, 30.1), shapely.box(122.5, 30.6, 122.6, 30.7)]
    return shapely.MultiPolygon([mainland, *islands])


def _counties(land: shapely.MultiPolygon) -> tuple[County, ...]:
    counties = []
    for column in range(4):
        for row in range(3):
            west, south = 118.0 + 1.2 * column, 27.5 + 1.1 * row
            shape = shapely.intersection(land, shapely.box(west, south, west + 1.2, south + 1.1))
            if not shape.is_empty:
                code = f"33{column + 1:02d}{row + 1:02d}"
                counties.append(County(code, f"县{code}", shape, city=f"市{column + 1}"))
    return tuple(counties)


def _people() -> PopulationGrid:
    persons = np.random.default_rng(7).gamma(0.5, 2000, (160, 220)).astype(np.float32)
    persons[::9] = -9999.0
    persons[5, 5] = np.nan
    return PopulationGrid(persons, (0.02, 0.0, 118.2, 0.0, -0.02, 30.75), nodata=-9999.0)


@pytest.fixture(scope="session")
def province() -> CoverageInputs:
    """The small province with everything loaded."""
    land = _land()
    return CoverageInputs(
        land=land,
        counties=_counties(land),
        population=_people(),
        bases=(
            BaseRow("B1", "西", 119.0, 29.2),
            BaseRow("B2", "北", 120.3, 30.2, preparation_min=10.0, cruise_kmh=240.0),
            BaseRow("B3", "岛", 122.2, 30.0, name_en="Island"),
            BaseRow("B4", "停", 120.9, 28.4, status="off"),
        ),
        sources=(SourceNote("population", "abc", "测试", date(2020, 11, 1), generated=True),),
    )
