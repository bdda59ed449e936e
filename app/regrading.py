"""Decisions that change grades: written, graded again and compared, in that order. Here ``app`` meets ``etl``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from time import sleep

from sqlalchemy import Connection, Engine, select

from app.risk.standing import is_behind
from app.state import constants, overrides
from etl.derive.regrade import Regrade
from etl.loads.commit import Loaded
from etl.progress import Bars, Reporter, Silent
from etl.prune import prune
from layers.changes import ClassChanges, class_changes
from layers.errors import Conflict, NotFound
from layers.kinds.vector import VectorLayer
from layers.registry import Registry
from layers.store import VERSION, Files, current_versions, version_from_row

__all__ = ["Bars", "Regrader"]
SHOWN = 50
WAITS_S = (1.0, 2.0, 3.0, 4.0)


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

    def override(
        self, layer: str, zone: str, grade: int, *, reason: str, person: str, until: date
    ) -> list[ClassChanges]:
        """Set the colour of a zone by hand until a day, and write the zones anew.

        Raises:
            NotFound: no layer of zones, or no such zone (codes ``wrong_kind``, ``no_item``).
        """
        with self.engine.begin() as connection:
            self._zone(connection, layer, zone)
            overrides.make(connection, layer, zone, grade, reason=reason, person=person, until=until)
        return self.again(f"{layer}/{zone}: {reason}", person, only=layer)

    def withdraw(self, number: int, *, person: str) -> list[ClassChanges]:
        """Take a decision by hand back, and write the zones anew."""
        with self.engine.begin() as connection:
            layer = overrides.withdraw(connection, number, person=person)
        return self.again(f"override {number} withdrawn", person, only=layer)

    def settle(self) -> list[ClassChanges]:
        """Grade again where what is served is behind what was decided: a decision by hand has ended, or somebody was
        loading when one was made."""
        with self.engine.begin() as connection:
            behind = is_behind(connection, self.registry)
        return self.again("settle", "riskmap") if behind else []

    def _zone(self, connection: Connection, layer_id: str, zone: str) -> None:
        layer = self.registry.vector(layer_id)
        version = current_versions(connection).get(layer_id)
        if layer.members is None or version is None:
            raise NotFound(
                f"图层“{layer.title.zh}”不是风险分区",
                f"layer {layer_id} holds no zones",
                code="wrong_kind",
                layer=layer_id,
            )
        table = layer.table(str(version.table_name))
        if connection.execute(select(table.c[layer.key]).where(table.c[layer.key] == zone)).first() is None:
            raise NotFound(
                f"没有分区 {zone[:60]!r}", f"there is no zone {zone[:60]!r}", code="no_item", layer=layer_id
            )

    def again(self, why: str, person: str, only: str | None = None) -> list[ClassChanges]:
        """Grade again with what stands (``only``: one layer of zones), and return what changed colour by layer.

        Raises:
            Conflict: somebody is loading and does not end; what was decided is on record, and a running server carries
                it out within ten minutes (code ``regrade_later``).
        """
        done = self._graded(why, person, only)
        with self.engine.begin() as connection:
            found = [self._changes(connection, one.layer, one.version) for one in done if one.changed]
        prune(self.engine, self.store)
        return [one for one in found if one is not None]

    def _graded(self, why: str, person: str, only: str | None) -> list[Loaded]:
        for wait in (*WAITS_S, None):
            regrade = Regrade(self.engine, self.registry, self.store, self.reporter)
            try:
                return regrade.zones(only) if only else regrade.grade(why=why, person=person)
            except Conflict as error:
                if wait is None:
                    raise Conflict(
                        "决定已记录；正在载入数据，服务器将在十分钟内重新分级",
                        "the decision is on record; data is being loaded, the server grades again within ten minutes",
                        code="regrade_later",
                    ) from error
                sleep(wait)
        return []  # pragma: no cover - the last round returns or raises

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
