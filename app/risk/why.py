"""Why an object or a zone has its colour: the rule, what went into it, who decided, and what is not confirmed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, RowMapping, Table, func, select

from app.catalogue import Catalogue
from app.risk.cutoffs import OBJECTS, find_set, sets_of
from app.risk.sheet import word
from app.risk.targets import targets_inside
from layers.constants.model import Constants
from layers.constants.store import current_constants
from layers.errors import NotFound
from layers.kinds.vector import VectorLayer
from layers.model import Json, Layer
from layers.store import LayerVersion
from layers.zone import COUNTS

METHOD, REASON, CONTOUR = "grade_method", "grade_reason", "contour"
NATURAL = "natural_hazard"
ALPHA = (
    "residents_500m", "alpha_declared", "r_value", "gb18218_grade",
    "residents_raster", "alpha_raster", "r_raster", "gb18218_grade_raster", "boundary",
)  # fmt: skip


def explains(layer: Layer) -> bool:
    """Whether the items of a layer can say why they have their colour."""
    names = {f.name for f in layer.fields}
    return isinstance(layer, VectorLayer) and (
        layer.members is not None or METHOD in names or CONTOUR in names
    )


def why(catalogue: Catalogue, layer: VectorLayer, key: str, *, day: date | None, limit: int) -> Json:
    """Explain one item as it is now, or as it was at the end of a day.

    Raises:
        NotFound: no such item (``no_item``), or a layer whose items have no grade (``no_grade``).
    """
    if not explains(layer):
        raise NotFound(
            f"图层“{layer.title.zh}”的对象没有风险等级",
            f"items of layer {layer.id} have no grade",
            code="no_grade",
        )
    versions = catalogue.at(day)
    version = catalogue.served(layer, day)
    table = layer.table(str(version.table_name))
    with catalogue.engine.connect() as connection:
        row = connection.execute(select(table).where(table.c[layer.key] == key)).mappings().one_or_none()
        if row is None:
            raise NotFound(
                f"图层“{layer.title.zh}”里没有 {key[:60]!r}",
                f"layer {layer.id} has no item {key[:60]!r}",
                code="no_item",
            )
        constants = current_constants(connection)
        answer = _head(layer, version, key, row)
        if layer.members is not None:
            answer |= _zone(connection, catalogue, layer, versions, row, constants, limit)
        elif METHOD in table.c:
            answer |= _object(connection, catalogue, versions, row, constants)
        else:
            answer["targets"] = targets_inside(connection, catalogue, versions, table, key, constants)
    return answer


def _head(layer: VectorLayer, version: LayerVersion, key: str, row: RowMapping) -> Json:
    grade = row.get("grade")
    return {
        "layer": layer.id,
        "key": key,
        "version": version.version,
        "title": row[layer.title_field] or key,
        "grade": grade,
        "word": word(grade),
        "reason": {
            "zh": row.get(REASON) or row.get("because"),
            "en": row.get(f"{REASON}_en") or row.get("because_en"),
        },
        "source": version.as_source(),
        "rule": None, "counts": [], "override": None, "members": None, "natural": [], "cutoffs": [], "method": None,
        "assessor": row.get("assessor"),
        "assessed_on": row.get("assessed_on") or row.get("graded_on"),
        "alpha": None, "targets": None, "label": row.get("park_class"),
    }  # fmt: skip


def _zone(
    connection: Connection,
    catalogue: Catalogue,
    layer: VectorLayer,
    versions: dict[str, LayerVersion],
    row: RowMapping,
    constants: Constants,
    limit: int,
) -> Json:
    objects = catalogue.registry.vector(OBJECTS)
    version = versions.get(OBJECTS)
    rule = constants["zones.rule"]
    answer: Json = {
        "rule": {**rule.title.as_json(), "confirmed": rule.confirmed},
        "counts": [{"value": g, "label": title.as_json(), "count": row[n]} for n, g, title in COUNTS],
        "cutoffs": [
            find_set(one, constants).as_json() for one in sets_of(connection, catalogue, layer, versions)
        ],
        "natural": _natural(connection, catalogue, versions, row),
    }
    if row["overridden"]:
        names = ("reason", "person", "until")
        answer["override"] = {n: row[f"override_{n}"] for n in names} | {"worst": row["worst_grade"]}
    if version is not None:
        table = objects.table(str(version.table_name))
        answer["members"] = _members(connection, table, str(layer.members), row[layer.key], constants, limit)
    return answer


def _members(
    connection: Connection, table: Table, of: str, zone: str, constants: Constants, limit: int
) -> Json:
    inside = table.c[of] == zone
    order = (
        table.c.grade.nulls_last(), table.c.gb18218_grade.nulls_last(), table.c.r_value.desc().nulls_last(),
        table.c.firm_score.nulls_last(), table.c.name,
    )  # fmt: skip
    total = connection.execute(select(func.count()).where(inside).select_from(table)).scalar_one()
    rows = connection.execute(select(table).where(inside).order_by(*order).limit(limit)).mappings()
    items = [
        {
            "layer": OBJECTS,
            "key": one["code"],
            "name": one["name"],
            "grade": one["grade"],
            "word": word(one["grade"]),
            "gb18218_grade": one["gb18218_grade"],
            "method": one["grade_method"],
            "cutoffs": find_set(one["grade_cutoffs"], constants).as_json() if one["grade_cutoffs"] else None,
            "reason": {"zh": one[REASON], "en": one["grade_reason_en"]},
            "assessor": one["assessor"],
            "assessed_on": one["assessed_on"],
        }
        for one in rows
    ]
    return {"total": total, "items": items}


def _object(
    connection: Connection,
    catalogue: Catalogue,
    versions: dict[str, LayerVersion],
    row: RowMapping,
    constants: Constants,
) -> Json:
    used = row["grade_cutoffs"]
    answer: Json = {"method": row[METHOD], "cutoffs": [find_set(used, constants).as_json()] if used else []}
    version = versions.get(OBJECTS)
    if "residents_500m" in row and version is not None:
        table = catalogue.registry.vector(OBJECTS).table(str(version.table_name))
        found = connection.execute(select(*(table.c[n] for n in ALPHA)).where(table.c.code == row["code"]))
        checked = found.mappings().one_or_none()
        if checked is not None and checked["alpha_declared"] is not None:
            answer["alpha"] = dict(checked)
    return answer


def _natural(
    connection: Connection, catalogue: Catalogue, versions: dict[str, LayerVersion], row: RowMapping
) -> list[Json]:
    """List the natural-hazard zones that cross a zone, the gravest step of each kind: beside it, never folded in."""
    version = versions.get(NATURAL)
    if version is None:
        return []
    layer = catalogue.registry.vector(NATURAL)
    table = layer.table(str(version.table_name))
    worst, count = func.min(table.c.level), func.count()
    crossing = select(table.c.kind, worst.label("level"), count.label("zones")).where(
        func.ST_Intersects(table.c.geom, func.ST_GeomFromEWKB(row["geom"].data))
    )
    kinds, steps = (
        layer.field("kind").choices or {},
        {c.value: c.label for c in layer.legend.classes} if layer.legend else {},
    )
    return [
        {
            "kind": kinds[one["kind"]].as_json(),
            "level": one["level"],
            "word": steps[one["level"]].as_json(),
            "zones": one["zones"],
        }
        for one in connection.execute(
            crossing.group_by(table.c.kind).order_by(worst, table.c.kind)
        ).mappings()
    ]
