"""Which sets of constants stand behind the grades of a layer, and which of them nobody has signed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import Connection, Table, select

from app.catalogue import Catalogue
from layers.constants.model import Constants, ConstantSet
from layers.constants.store import current_constants
from layers.errors import NotFound
from layers.kinds.vector import VectorLayer
from layers.store import LayerVersion

OBJECTS = "graded_object"
FIELD = "grade_cutoffs"


def unconfirmed_sets(catalogue: Catalogue, versions: Mapping[str, LayerVersion]) -> dict[str, list[str]]:
    """Return, by layer, the sets (``id@version``) behind its grades that are not confirmed."""
    found: dict[str, list[str]] = {}
    with catalogue.engine.connect() as connection:
        constants = current_constants(connection)
        for layer in catalogue.registry.values():
            if isinstance(layer, VectorLayer):
                used = sets_of(connection, catalogue, layer, versions)
                found[layer.id] = [one for one in used if not find_set(one, constants).confirmed]
    return found


def sets_of(
    connection: Connection, catalogue: Catalogue, layer: VectorLayer, versions: Mapping[str, LayerVersion]
) -> tuple[str, ...]:
    """Return the sets named by the grades of a layer; zones take theirs from the graded objects."""
    source = catalogue.registry.vector(OBJECTS) if layer.members else layer
    version = versions.get(source.id)
    if version is None or not any(f.name == FIELD for f in source.fields):
        return ()
    return _distinct(connection.engine, source.table(str(version.table_name)).name, source)


def find_set(written: str | None, constants: Constants) -> ConstantSet:
    """Return the set that a grade names as ``id@version``, as it is confirmed now; one that is gone is unconfirmed."""
    name, _, version = (written or "").partition("@")
    try:
        standing = constants.set(name)
    except NotFound:
        standing = ConstantSet(name, 0, False)
    number = int(version) if version.isdigit() else standing.version
    return ConstantSet(name, number, standing.confirmed and number == standing.version)


@lru_cache(maxsize=64)
def _distinct(engine: object, table_name: str, layer: VectorLayer) -> tuple[str, ...]:
    """A version never changes, so what its rows name is asked once."""
    table: Table = layer.table(table_name)
    with engine.connect() as connection:  # type: ignore[attr-defined]  # an Engine; lru_cache wants it hashable only
        rows = connection.execute(select(table.c[FIELD]).distinct().order_by(table.c[FIELD]))
        return tuple(row[0] for row in rows if row[0])
