"""``riskmap coverage``: the analysis on what is loaded, written as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.analysis import coverage
from app.analysis.inputs import CoverageData
from app.catalogue import Catalogue
from app.db import make_engine
from app.reports.coverage_map import write_report
from app.settings import Settings
from layers.errors import BadInput
from layers.registry import discover
from layers.store import ensure_schema


def write_coverage(settings: Settings, sent: dict[str, Any], output: Path) -> Iterator[str]:
    """Run the analysis with the parameters sent, write report, GeoJSON and CSV; yields lines to print.

    Raises:
        BadInput: a parameter out of range; nothing is written.
    """
    try:
        params = coverage.CoverageParams.model_validate(sent)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(p) for p in first["loc"])
        said = first["msg"]
        raise BadInput(f"参数 {field}：{said}", f"parameter {field}: {said}", code="bad_option") from error
    engine = make_engine(str(settings.database_url), connections=2, timeout_s=None)
    try:
        ensure_schema(engine)
        data = CoverageData(Catalogue(engine, discover(settings.layer_dir), settings))
        inputs = data.inputs(*(params.demand or ()))
        result = coverage.run(params, inputs)
    finally:
        engine.dispose()
    yield result.rule.text["zh"] if isinstance(result.rule.text, dict) else result.rule.text.zh
    land = f"{result.covered_km2:,.0f} / {result.land_km2:,.0f} km² = {result.covered_share:.1%}"
    yield f"陆域覆盖 land covered    {land}"
    if result.people is not None and result.covered_people is not None:
        yield (
            f"人口覆盖 people covered  {result.covered_people:,.0f} / {result.people:,.0f} = "
            f"{result.covered_people_share:.1%}; twice {result.twice_covered_people_share:.1%}"
        )
    for path in write_report(result, output, inputs.counties):
        yield f"wrote {path}"
