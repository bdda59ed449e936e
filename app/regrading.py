"""Decisions that change grades: written, graded again and compared, in that order. Here ``app`` meets ``etl``."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from app.state import constants
from etl.derive.regrade import Regrade
from etl.progress import Bars, Reporter, Silent
from etl.prune import prune
from layers.changes import ClassChanges, class_changes
from layers.kinds.vector import VectorLayer
from layers.registry import Registry
from layers.store import VERSION, Files, current_versions, version_from_row

__all__ = ["Bars", "Regrader"]
SHOWN = 50


@dataclass(frozen=True)
class Regrader:
    """Changes what grades hang on, over one database, one registry and one state directory."""

    engine: Engine
    registry: Registry
    store: Files
    reporter: Reporter

    @classmethod
    def silent(cls, engine: Engine, registry: Registry, store: Files) -> Regrader:
        """Return one that shows no progress."""
        return cls(engine, registry, store, Silent())

    def set_constant(
        self, key: str, value: str, *, person: str, reason: str, source: str = "", confidence: str = "C"
    ) -> list[ClassChanges]:
        """Change a constant, grade again, and return what changed colour, layer by layer."""
        with self.engine.begin() as connection:
            now = constants.change(
                connection, key, value, person=person, reason=reason, source=source, confidence=confidence
            )
        return self.again(f"{key} = {value} @{now.version}: {reason}", person)

    def again(self, why: str, person: str) -> list[ClassChanges]:
        """Grade again with what stands, and return what changed colour, layer by layer."""
        done = Regrade(self.engine, self.registry, self.store, self.reporter).grade(why=why, person=person)
        with self.engine.begin() as connection:
            found = [self._changes(connection, one.layer, one.version) for one in done if one.changed]
        prune(self.engine, self.store)
        return [one for one in found if one is not None]

    def _changes(self, connection: Connection, layer_id: str, version: str) -> ClassChanges | None:
        layer = self.registry[layer_id]
        after = current_versions(connection)[layer_id]
        if (
            not isinstance(layer, VectorLayer)
            or layer.legend is None
            or after.version != version
            or not after.parent
        ):
            return None
        query = select(VERSION).where(VERSION.c.layer == layer_id, VERSION.c.version == after.parent)
        before = connection.execute(query).mappings().one_or_none()
        if before is None:
            return None
        return class_changes(connection, layer, version_from_row(dict(before)), after, limit=SHOWN)
