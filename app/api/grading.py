"""The graders on inputs that are sent: one route per method."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from app.api.risk_schemas import GradeAnswer
from app.deps import TheCatalogue
from layers.constants.model import Constants
from layers.constants.store import current_constants
from layers.grading import firm, gb18218, lec, ls, park
from layers.grading.answer import NotGradable
from layers.grading.inventory import Substances

router = APIRouter(prefix="/api/grading", tags=["grading"])


def _constants(catalogue: TheCatalogue) -> Constants:
    with catalogue.engine.connect() as connection:
        return current_constants(connection)


TheConstants = Annotated[Constants, Depends(_constants)]


class _Sent(BaseModel):
    # strict: true is not 1 and "10" not 10; the graders themselves name what is not finite
    model_config = ConfigDict(extra="forbid", allow_inf_nan=True, strict=True)


class Stored(_Sent):
    """A substance present: CAS number, tonnes, and its class (J1 … W11) where table 1 does not name it."""

    cas: str = Field(max_length=40)
    tonnes: float | None = None
    class_: str | None = Field(None, alias="class", max_length=20)


class Gb18218Sent(_Sent):
    """Substances present (tonnes) and residents within 500 m outside the plant boundary (persons)."""

    inventory: list[Stored] = Field(max_length=500)
    residents_500m: int | None = None


class LecSent(_Sent):
    """Likelihood, exposure and consequence, each from its list of values."""

    l: float | None = None  # noqa: E741 - the method's own letter
    e: float | None = None
    c: float | None = None


class LsSent(_Sent):
    """Likelihood and severity, 1 to 5; ``cutoffs`` names a set, else the industry decides which applies."""

    l: float | None = None  # noqa: E741 - the method's own letter
    s: float | None = None
    industry: str | None = Field(None, max_length=100)
    cutoffs: str | None = Field(None, max_length=100)


class FirmSent(_Sent):
    """Score (0 to 100, high is safe) and the numbers of the red-line situations (1 to 4) that apply."""

    score: float | None = None
    red_lines: list[int] = Field(default_factory=list, max_length=10)


class ParkSent(_Sent):
    """Score, 0 to 100, high is safe."""

    score: float | None = None


@router.post("/gb18218", response_model=GradeAnswer)
def grade_gb18218(sent: Gb18218Sent, constants: TheConstants) -> dict[str, Any]:
    """Grade a major hazard installation by GB 18218-2018; grade null where S is below 1."""
    substances = Substances.of(constants)
    items = [substances.item(one.cas, one.class_, one.tonnes) for one in sent.inventory]
    if not items:
        raise NotGradable("没有物质清单", "the inventory is empty", code="missing_inventory")
    return gb18218.grade(items, sent.residents_500m, constants).as_json()


@router.post("/lec", response_model=GradeAnswer)
def grade_lec(sent: LecSent, constants: TheConstants) -> dict[str, Any]:
    """Grade a hazard by LEC: D = L x E x C."""
    return lec.grade(sent.l, sent.e, sent.c, constants).as_json()


@router.post("/ls", response_model=GradeAnswer)
def grade_ls(sent: LsSent, constants: TheConstants) -> dict[str, Any]:
    """Grade a hazard by LS: R = L x S, with the cut-off set named or that of the industry."""
    cutoffs = sent.cutoffs or ls.cutoffs_of(sent.industry, constants)
    return ls.grade(sent.l, sent.s, cutoffs, constants).as_json()


@router.post("/firm", response_model=GradeAnswer)
def grade_firm(sent: FirmSent, constants: TheConstants) -> dict[str, Any]:
    """Grade a chemical firm by its score; a red-line situation is red outright."""
    return firm.grade(sent.score, sent.red_lines, constants).as_json()


@router.post("/park", response_model=GradeAnswer)
def grade_park(sent: ParkSent, constants: TheConstants) -> dict[str, Any]:
    """Grade a chemical park by its score; the class A to D is in ``label``."""
    return park.grade(sent.score, constants).as_json()
