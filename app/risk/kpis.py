"""The figures of the province's plan: each is a named part of a layer, counted, in all and by county."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Table, func, select, true

from app.catalogue import Catalogue
from layers.constants.model import Constants
from layers.constants.store import current_constants
from layers.kinds.vector import VectorLayer
from layers.model import Json, Text
from layers.store import LayerVersion

COUNTY = "county_code"


@dataclass(frozen=True)
class Kpi:
    """One figure: the objects of ``filter``, as a number or as a share of those of ``of`` (None: of all).

    ``target`` is a constant; ``most``: the target is an upper bound, else a lower one.
    """

    id: str
    title: Text
    layer: str
    filter: str
    share: bool = False
    of: str | None = None
    target: str | None = None
    most: bool = True


KPIS = (
    Kpi("high_risk_parks", Text("高风险化工园区", "High-risk chemical parks"), "chemical_park", "high_risk",
        target="plan.high_risk_parks"),
    Kpi("low_moderate_parks", Text("较低和一般风险园区占比", "Share of low and moderate parks"), "chemical_park",
        "low_or_moderate", share=True, target="plan.low_moderate_parks", most=False),
    Kpi("firms_outside_parks", Text("园区外危化企业", "Hazardous firms outside any park"), "graded_object",
        "outside_park", of="hazardous", target="plan.firms_outside_parks"),
    Kpi("overdue_defects", Text("超期未销号隐患", "Defects past their clock"), "defect", "overdue", of="open"),
    Kpi("standardised_shelters", Text("避灾场所规范率", "Share of standardised shelters"), "shelter", "standardised",
        share=True, target="plan.shelters_standardised", most=False),
)  # fmt: skip


def kpis(catalogue: Catalogue, day: date | None, on: date) -> list[Json]:
    """Return the figures with what is served now (or was at the end of ``day``), clocks read on ``on``."""
    versions = catalogue.at(day)
    with catalogue.engine.connect() as connection:
        constants = current_constants(connection)
        names = _counties(connection, catalogue, versions)
        return [_figure(connection, catalogue, versions, one, constants, names, on) for one in KPIS]


def _figure(
    connection: Connection,
    catalogue: Catalogue,
    versions: dict[str, LayerVersion],
    kpi: Kpi,
    constants: Constants,
    names: dict[str, str],
    on: date,
) -> Json:
    layer = catalogue.registry.vector(kpi.layer)
    version = versions.get(kpi.layer)
    row = constants[kpi.target] if kpi.target else None
    target = constants.number(kpi.target) if kpi.target else None
    answer: Json = {
        "id": kpi.id, "title": kpi.title.as_json(), "layer": kpi.layer, "filter": kpi.filter, "share": kpi.share,
        "on": on, "loaded": version is not None, "count": None, "of": None, "value": None, "met": None, "counties": [],
        "target": None if row is None else {
            "value": target, "most": kpi.most, "source": row.source, "confirmed": row.confirmed,
            "title": row.title.as_json(),
        },
        "source": version.as_source() if version else None,
    }  # fmt: skip
    if version is None:
        return answer
    table = layer.table(str(version.table_name))
    counties = _by_county(connection, layer, table, kpi, names, on)
    count, of = sum(one["count"] for one in counties), sum(one["of"] for one in counties)
    value = (count / of if of else None) if kpi.share else count
    met = None if target is None or value is None else value <= target if kpi.most else value >= target
    return answer | {"count": count, "of": of, "value": value, "met": met, "counties": counties}


def _by_county(
    connection: Connection, layer: VectorLayer, table: Table, kpi: Kpi, names: dict[str, str], on: date
) -> list[Json]:
    part = layer.filter(kpi.filter).where(table, on)
    whole = layer.filter(kpi.of).where(table, on) if kpi.of else true()
    code = table.c[COUNTY]
    query = select(
        code.label("code"), func.count().filter(part).label("count"), func.count().filter(whole).label("of")
    ).group_by(code)
    rows = connection.execute(query.order_by(func.count().filter(part).desc(), code)).mappings()
    return [
        {
            **row,
            "name": names.get(row["code"], row["code"] or "—"),
            "value": row["count"] / row["of"] if row["of"] else None,
        }
        for row in rows
    ]


def _counties(
    connection: Connection, catalogue: Catalogue, versions: dict[str, LayerVersion]
) -> dict[str, str]:
    version = versions.get("admin_area")
    if version is None:
        return {}
    table = catalogue.registry.vector("admin_area").table(str(version.table_name))
    counties = select(table.c.code, table.c.name).where(table.c.level == "county")
    return {row.code: row.name for row in connection.execute(counties)}
