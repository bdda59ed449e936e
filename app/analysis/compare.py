"""Two layouts side by side: which land and which people one reaches and the other does not, county by county."""

from __future__ import annotations

import numpy as np
import shapely
from pydantic import BaseModel, ConfigDict, Field
from shapely.geometry.base import BaseGeometry

from app.analysis.coverage import check_region
from app.analysis.coverage_params import CoverageParams
from app.analysis.coverage_result import Geometry
from app.analysis.engine.coverage import Difference, compare
from app.analysis.engine.demand import Demand
from app.analysis.engine.reach import Reach
from app.analysis.kit.bases import MAX_BASES, BadCoverage, check_question, choose
from app.analysis.kit.figures import share
from app.analysis.kit.flights import rules_of, site_of
from app.analysis.kit.geojson import feature, geometry
from app.analysis.kit.prepare import Prepared, prepared_for
from app.analysis.model import CoverageInputs
from app.analysis.rows import aircraft_rows


class CompareParams(BaseModel):
    """Two coverage questions."""

    model_config = ConfigDict(extra="forbid")

    a: CoverageParams = Field(title="方案甲 / Scenario A")
    b: CoverageParams = Field(title="方案乙 / Scenario B")


class CountyChange(BaseModel):
    """What one county gains and loses from a to b: people, or km² where no raster is loaded."""

    code: str
    name: str
    name_en: str | None = None
    gained: float
    lost: float


class CompareResult(BaseModel):
    """From a to b: shares, land gained and lost, and the counties that change most."""

    covered_share_a: float
    covered_share_b: float
    covered_people_share_a: float | None
    covered_people_share_b: float | None
    gained_people: float | None
    lost_people: float | None
    gained_km2: float
    lost_km2: float
    unit: str
    counties: list[CountyChange]
    gained: Geometry
    lost: Geometry


def _reaches(params: CoverageParams, inputs: CoverageInputs, prepared: Prepared) -> list[Reach]:
    check_question(params)
    rows = choose(params, inputs.bases)
    check_region(prepared, rows)
    rules = rules_of(params, aircraft_rows(inputs.aircraft_file))
    return [site_of(rules, row).reach for row in rows]


def _shares(change: Difference, demand: Demand) -> tuple[float, float]:
    total = float(demand.tile_weight.sum())
    kept = float(change.kept.sum())
    return share(kept + float(change.lost.sum()), total), share(kept + float(change.gained.sum()), total)


def run(params: CompareParams, inputs: CoverageInputs) -> CompareResult:
    """Compare two scenarios; land by cells. Raises as coverage does, and BadCoverage ``too_many_bases``."""
    prepared = prepared_for(inputs)
    a, b = (_reaches(one, inputs, prepared) for one in (params.a, params.b))
    if len(a) + len(b) > MAX_BASES:
        raise BadCoverage(
            f"两方案合计最多 {MAX_BASES} 个基地", f"at most {MAX_BASES} bases in both", code="too_many_bases"
        )
    land = compare(a, b, prepared.land)
    people = compare(a, b, prepared.people.demand) if prepared.people else None
    shares = _shares(people, prepared.people.demand) if people and prepared.people else (None, None)
    by_county = people or land
    unit = 1.0 if people else 1e6
    changes = [
        CountyChange(
            code=county.code,
            name=county.name,
            name_en=county.name_en,
            gained=float(by_county.gained[i, 0]) / unit,
            lost=float(by_county.lost[i, 0]) / unit,
        )
        for i, county in enumerate(prepared.counties)
    ]
    reach_a, reach_b = (shapely.union_all([reach.outline() for reach in one]) for one in (a, b))
    return CompareResult(
        covered_share_a=_shares(land, prepared.land)[0],
        covered_share_b=_shares(land, prepared.land)[1],
        covered_people_share_a=shares[0],
        covered_people_share_b=shares[1],
        gained_people=float(people.gained.sum()) if people else None,
        lost_people=float(people.lost.sum()) if people else None,
        gained_km2=float(land.gained.sum()) / 1e6,
        lost_km2=float(land.lost.sum()) / 1e6,
        unit="persons" if people else "km²",
        counties=sorted(
            (one for one in changes if one.gained or one.lost), key=lambda one: -abs(one.gained - one.lost)
        ),
        gained=_on_land(shapely.difference(reach_b, reach_a), prepared),
        lost=_on_land(shapely.difference(reach_a, reach_b), prepared),
    )


def _on_land(area: BaseGeometry, prepared: Prepared) -> Geometry:
    touched = prepared.parts[np.sort(prepared.tree.query(area, predicate="intersects"))]
    return feature(geometry(shapely.union_all(shapely.intersection(touched, area))), {})
