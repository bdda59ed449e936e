"""What a question on siting may say, and what its answer says."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field

from app.analysis.coverage_params import BaseChoice, FlightParams, PlacedPoint, kind_of
from app.analysis.coverage_result import Source, Words

Model = Literal["mclp", "mexclp", "lscp", "lscp_b", "p_center", "p_median"]
Unit = Literal["weight", "share", "bases", "s"]
CandidateKind = Literal["airport", "airfield", "heliport", "hospital", "field"]


class SitingParams(FlightParams):
    """Where should further bases stand? Rule, aircraft and weather as in a coverage question; cells by their centre."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"model": "mclp", "p": 1, "grid_m": 15000}]}
    )

    model: Model = Field(
        "mclp",
        title="模型 / Model",
        description="mclp: reach most; mexclp: most when bases may be busy; lscp: fewest that reach all; lscp_b: "
        "those, and most reached twice; p_center: shortest longest wait; p_median: shortest mean wait",
    )
    p: int = Field(1, ge=1, le=50, title="新增基地数 / New bases", description="Not used by lscp and lscp_b")
    objective: Literal["people", "area", "equity"] = Field(
        "people", title="目标 / Objective", description="equity: the worst county's covered share of people"
    )
    fixed: list[Annotated[BaseChoice, Discriminator(kind_of)]] | None = Field(
        None,
        title="保留的基地 / Bases kept",
        description="Omitted: every base not off; [] for none",
        max_length=64,
    )
    candidates: list[PlacedPoint] | None = Field(
        None, title="候选点 / Candidates", description="Places a base may stand at", max_length=2000
    )
    candidate_kinds: list[CandidateKind] | None = Field(
        None,
        title="候选类别 / Kinds",
        description="Landing points of these kinds are candidates",
        max_length=5,
    )
    grid_m: float | None = Field(
        None, title="网格 / Grid", description="Candidates on a grid of this step over the land, metres"
    )
    forbidden: list[dict[str, object]] | None = Field(
        None,
        title="禁建区 / Forbidden areas",
        description="GeoJSON polygons no base may stand in",
        max_length=50,
    )
    busy_fraction: float = Field(0.3, title="出动占用率 / Busy fraction", description="For mexclp, 0 to 0.99")
    skip_unreachable: bool = Field(
        False,
        title="略去够不着的 / Skip unreachable",
        description="lscp: cover what some candidate reaches; else places none reaches are an error",
    )
    alternatives: int = Field(2, ge=0, le=10, title="备选方案数 / Alternatives")
    curve: bool = Field(
        False,
        title="边际曲线 / Marginal curve",
        description="Also the best for 1 .. p; not for lscp and lscp_b",
    )
    time_limit_s: float = Field(30.0, gt=0, le=3600, title="时限 / Time limit", description="Seconds")
    gap_target: float = Field(0.0, ge=0, le=0.5, title="允许差距 / Gap", description="Good enough, as a part")


class ChosenSite(BaseModel):
    """A site of the plan. ``adds`` is what it reaches that no other base of the plan and none that stands does."""

    id: str
    name: str
    lon: float
    lat: float
    adds: float
    adds_share: float


class Alternative(BaseModel):
    """Another plan, by its sites: of mclp, mexclp and lscp_b within the time the next best, else one site exchanged."""

    sites: list[str]
    value: float


class CurvePoint(BaseModel):
    """The best with so many new bases: value and proven bound in the unit of the result, and what is then reached."""

    p: int
    status: Literal["optimal", "feasible"]
    value: float
    bound: float
    covered_share: float


class SitingResult(BaseModel):
    """The plan found, with what is proven of it.

    ``value`` and ``bound`` in ``unit``: weight covered (mclp, mexclp, lscp_b's backup), a share (equity), bases (lscp),
    seconds (p_center), weighted mean seconds (p_median). ``gap`` = 0 is proven best. ``partial``: out of time.
    """

    scenario_id: str
    model: Model
    objective: str
    status: Literal["optimal", "feasible"]
    partial: bool
    value: float
    bound: float
    gap: float
    unit: Unit
    sites: list[ChosenSite]
    covered_share_before: float
    covered_share_after: float
    unreachable_share: float
    alternatives: list[Alternative]
    curve: list[CurvePoint] | None
    candidates: int
    rows: int
    solver: str
    seed: int
    seconds: float
    method: Words
    sources: list[Source]
