"""Sensitive targets inside an individual-risk contour, and whether GB 36894 allows them there."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, select
from sqlalchemy import func as sql

from app.catalogue import Catalogue
from layers.constants.model import Constants
from layers.model import Json
from layers.store import LayerVersion

TARGETS = "sensitive_target"
SET = "individual-risk-2018"
ALWAYS_HIGH = ("school", "hospital", "care_home")
"""Kinds that are sensitive or important places whatever their size."""


def target_class(kind: str, persons: int | None) -> str:
    """Return the class of a target: high, medium (30 to 99 persons) or low; one without a number is taken as high."""
    if kind in ALWAYS_HIGH or persons is None or persons >= 100:
        return "high"
    return "medium" if persons >= 30 else "low"


def targets_inside(
    connection: Connection,
    catalogue: Catalogue,
    versions: Mapping[str, LayerVersion],
    contours: Table,
    key: str,
    constants: Constants,
) -> Json:
    """List the targets inside one contour, largest first, each with the risk allowed (per year) and whether the contour
    exceeds it."""
    version = versions.get(TARGETS)
    row = connection.execute(select(contours).where(contours.c.code == key)).mappings().one()
    state = "in_service" if row["in_service"] is not False else "new"
    answer: Json = {
        "contour": row["contour"],
        "state": state,
        "loaded": version is not None,
        "exceeded": 0,
        "items": [],
    }
    if version is None:
        return answer
    layer = catalogue.registry.vector(TARGETS)
    table = layer.table(str(version.table_name))
    shape = select(contours.c.geom).where(contours.c.code == key).scalar_subquery()
    inside = (
        select(table)
        .where(sql.ST_Intersects(table.c.geom, shape))
        .order_by(table.c.persons.desc().nulls_first())
    )
    kinds = layer.field("kind").choices or {}
    for one in connection.execute(inside.order_by(table.c.code)).mappings():
        kind = target_class(one["kind"], one["persons"])
        allowed = constants.number(f"{SET}.{state}.{kind}")
        answer["items"].append(
            {
                "layer": TARGETS,
                "key": one["code"],
                "name": one["name"],
                "kind": kinds[one["kind"]].as_json(),
                "persons": one["persons"],
                "class": kind,
                "allowed": f"{allowed:.0e}".replace("e-0", "e-"),
                "exceeded": float(row["contour"]) > allowed,
            }
        )
    answer["exceeded"] = sum(one["exceeded"] for one in answer["items"])
    return answer
