"""What a load changed: the version it made against the version that was served before it."""

from __future__ import annotations

from typing import Any

from psycopg import sql
from sqlalchemy import Connection

from etl.loads.preview import differences
from etl.loads.record import Load
from etl.loads.sqltools import SCHEMA
from etl.loads.versions import Change, compare_versions, find_version
from layers.errors import BadInput, NotFound
from layers.kinds.vector import VectorLayer
from layers.registry import Registry


def diff_of(connection: Connection, registry: Registry, load: Load) -> dict[str, Any]:
    """Return counts and the first rows of each kind.

    Raises:
        BadInput: the load made no version of a vector layer (code ``no_version``).
        NotFound: one of the two versions is no longer kept (code ``version_gone``).
    """
    layer = registry[load.layer] if load.layer and load.layer in registry else None
    if not isinstance(layer, VectorLayer) or not load.version:
        raise BadInput(
            f"载入 {load.id} 没有产生矢量图层的版本",
            f"load {load.id} made no version of a vector layer",
            code="no_version",
        )
    after = find_version(connection, layer.id, load.version)
    before = find_version(connection, layer.id, after.parent) if after and after.parent else None
    if after is None or after.table_name is None or (after.parent and before is None):
        raise NotFound(
            f"载入 {load.id} 前后的版本已不再保留",
            f"the versions around load {load.id} are no longer kept",
            code="version_gone",
        )
    source = sql.Identifier(SCHEMA, after.table_name)
    shown: dict[str, list[dict[str, Any]]] = {"new": [], "changed": [], "gone": []}
    change = Change(same=after.row_count)
    if load.state != "unchanged":
        change = compare_versions(connection, layer, source, before)
        shown = differences(connection, layer, source, before)
    return {"base": before.version if before else None, "counts": change.as_json(), **shown}
