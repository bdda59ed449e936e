"""The list of zones with their counts: one query for the page, the CSV, the XLSX and the printed sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app.catalogue import Catalogue
from app.risk.cutoffs import unconfirmed_sets
from layers.errors import BadInput
from layers.grading.grade import NO_DATA, WORDS
from layers.kinds.vector import VectorLayer
from layers.model import Json
from layers.store import LayerVersion
from layers.zone import COUNTS

COLUMNS = ("code", "name", "city", "grade", "worst_grade", *(n for n, _, _ in COUNTS), "because", "because_en",
           "graded_on", "overridden", "override_reason", "override_person", "override_until")  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """Zones worst first, and their sums. ``classes`` counts zones per colour, ``members`` objects per colour."""

    layer: VectorLayer
    version: LayerVersion
    rows: list[Json]
    unconfirmed: list[str]

    @property
    def classes(self) -> dict[int | None, int]:
        """Zones per colour, worst first; None is no data."""
        found: dict[int | None, int] = dict.fromkeys([*(int(g) for g in WORDS), None], 0)
        for row in self.rows:
            found[row["grade"]] += 1
        return found

    @property
    def members(self) -> dict[str, int]:
        """Objects per colour over all zones, by the name of the count."""
        return {name: sum(row[name] for row in self.rows) for name, _, _ in COUNTS}

    def as_json(self) -> Json:
        """Describe the list."""
        return {
            "layer": self.layer.id,
            "version": self.version.version,
            "title": self.layer.title.as_json(),
            "total": len(self.rows),
            "classes": [{"value": value, "count": count} for value, count in self.classes.items()],
            "members": self.members,
            "rows": self.rows,
            "unconfirmed": self.unconfirmed,
            "source": self.version.as_source(),
        }


def sheet(
    catalogue: Catalogue, layer: VectorLayer, day: date | None = None, grade: int | None = None
) -> Sheet:
    """Return the zones of a layer as they are now or were at the end of a day; ``grade`` keeps those of one colour.

    Raises:
        BadInput: the layer holds no zones (code ``not_zones``).
    """
    if layer.members is None:
        raise BadInput(
            f"图层“{layer.title.zh}”不是风险分区", f"layer {layer.id} holds no zones", code="not_zones"
        )
    version = catalogue.served(layer, day)
    table = layer.table(str(version.table_name))
    query = select(*(table.c[n] for n in COLUMNS)).order_by(table.c.grade.nulls_last(), table.c[layer.key])
    if grade is not None:
        query = query.where(table.c.grade == grade)
    with catalogue.engine.connect() as connection:
        rows: list[dict[str, Any]] = [dict(row) for row in connection.execute(query).mappings()]
    loose = unconfirmed_sets(catalogue, catalogue.at(day)).get(layer.id, [])
    return Sheet(layer, version, [{**row, "word": word(row["grade"])} for row in rows], loose)


def word(grade: int | None) -> Json:
    """Return the word of a grade in both languages."""
    return next((text.as_json() for g, text in WORDS.items() if g == grade), NO_DATA.as_json())
