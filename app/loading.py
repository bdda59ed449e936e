"""Loads as the server and the command line use them. This module is where ``app`` meets the loader of ``etl``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.db import make_engine
from app.settings import Settings
from etl.loads import faults, profiles, record
from etl.loads.compared import diff_of
from etl.loads.export import export_faults
from etl.loads.faults import RowsRefused
from etl.loads.fix import receive_fix
from etl.loads.loader import Loader
from etl.loads.looking import inspect_file as look_into
from etl.loads.mapping import map_columns
from etl.loads.profile import Profile, read_profile
from etl.loads.questions import NeedsDecision
from etl.loads.record import Load
from etl.loads.tidy import tidy
from etl.loads.undo import roll_back
from etl.progress import Bars as Terminal
from etl.progress import Reporter
from etl.sources.model import TableFacts
from etl.sources.standby import stand_by
from layers.errors import NotFound, Outdated, RiskmapError
from layers.kinds.vector import VectorLayer
from layers.registry import Registry
from layers.store import Files

__all__ = [
    "Load",
    "LoadService",
    "Loader",
    "NeedsDecision",
    "Profile",
    "Reporter",
    "RowsRefused",
    "TableFacts",
    "Terminal",
    "read_profile",
    "received_as",
    "record",
    "stand_by",
]
CONNECTIONS = 12
"""A load holds four at its busiest, two loads run at a time, the rest is for questions about them."""


class LoadService:
    """The loads over one database."""

    def __init__(self, settings: Settings, registry: Registry, reporter: Reporter) -> None:
        self.settings, self.registry = settings, registry
        self.files = Files(settings.state_dir)
        self.engine = make_engine(str(settings.database_url), connections=CONNECTIONS, timeout_s=None)
        self.loader = Loader(self.engine, registry, self.files, reporter, settings.convert_offset_datums)

    def tidy(self) -> list[str]:
        """Clear away what loads that are not open have left behind."""
        return tidy(self.engine, self.files)

    def close(self) -> None:
        """Let the connections go."""
        self.engine.dispose()

    def progress(self, load_id: str) -> tuple[bool, dict[str, Any] | None]:
        """Return whether work on a load is under way here, and the step it is at."""
        return False, None

    def fix(self, load_id: str, path: Path, name: str, person: str) -> Load:
        """Open a load for the corrected bad rows of another."""
        return self.get(receive_fix(self.loader, load_id, path, name=name, person=person).id)

    def roll_back(self, load_id: str, *, with_later: bool, person: str) -> Load:
        """Take a load back; done when this returns."""
        load, _ = roll_back(self.loader, load_id, with_later=with_later, person=person)
        return load

    def expect(self, load: Load, version: str | None) -> None:
        """Refuse where the layer of a load is not served in the version that is expected.

        Raises:
            Outdated: another version is served (code ``version_changed``).
        """
        if version is not None and (load.base or "") != version:
            raise Outdated(
                f"图层 {load.layer} 现为版本 {load.base}，不是 {version}",
                f"layer {load.layer} is served in version {load.base}, not {version}",
                code="version_changed",
            )

    def get(self, load_id: str) -> Load:
        """Return a load as it is on record."""
        return self.loader.get(load_id)

    def history(self, layer: str | None, limit: int, offset: int = 0) -> list[Load]:
        """Return loads, the newest first."""
        with self.engine.connect() as connection:
            return list(record.history(connection, layer, limit, offset))

    def mapping(self, load: Load) -> tuple[list[dict[str, Any]], list[str]]:
        """Return where each field's values come from, and the columns that no field takes."""
        layer = self.registry[load.layer] if load.layer and load.layer in self.registry else None
        table = load.facts or (
            load.survey.tables[0] if load.survey and len(load.survey.tables) == 1 else None
        )
        if not isinstance(layer, VectorLayer) or table is None or load.kind == "rollback":
            return [], []
        try:
            found = map_columns(layer, table.columns, load.profile, load.file)
        except RiskmapError:  # a mapping that names what is not there: the load says so
            return [], []
        rows: list[dict[str, Any]] = []
        for source in found.sources:
            if source.field.computed:
                continue
            column = table.columns[source.column].name if source.column is not None else None
            how = found.how.get(source.field.name, "constant" if source.constant is not None else "")
            if source.field.name == layer.key and found.key_parts:
                how = "profile"
                column = "、".join(
                    p if isinstance(p, str) else table.columns[p].name for p in found.key_parts
                )
            rows.append(
                {"field": source.field.name, "column": column, "constant": source.constant, "how": how}
            )
        return rows, list(found.unused)

    def faults(self, load_id: str, *, limit: int, offset: int, severity: str | None) -> dict[str, Any]:
        """Return faults of a load, with the number of each kind."""
        self.get(load_id)
        with self.engine.connect() as connection:
            kinds = faults.count_faults(connection, load_id)
            shown = faults.faults_of(connection, load_id, limit=limit, offset=offset, severity=severity)
        total = sum(k["count"] for k in kinds if severity in (None, k["severity"]))
        return {"load": load_id, "total": total, "kinds": kinds, "faults": [f.as_json() for f in shown]}

    def export(self, load_id: str, kind: str, folder: Path) -> Path:
        """Write the faults (csv) or the bad rows with their faults (xlsx, gpkg) into a folder."""
        load = self.get(load_id)
        with self.engine.connect() as connection:
            return export_faults(connection, self.registry, load, kind, folder)

    def diff(self, load_id: str) -> dict[str, Any]:
        """Return what a load changed: its version against the one before it."""
        load = self.get(load_id)
        with self.engine.begin() as connection:
            return diff_of(connection, self.registry, load)

    def profiles(self, layer: str | None, columns: list[str]) -> list[dict[str, Any]]:
        """Return the newest version of each saved profile, those that fit the columns best first."""
        with self.engine.connect() as connection:
            return [p.as_json() for p in profiles.fitting(connection, layer, columns)]

    def save_profile(
        self, name: str, layer: str, columns: list[str], body: dict[str, Any], by: str
    ) -> dict[str, Any]:
        """Save a profile as the next version of its name."""
        self.loader.target(layer)
        with self.engine.begin() as connection:
            return profiles.save(connection, name, layer, columns, read_profile(body), by).as_json()

    def profile(self, name: str) -> dict[str, Any]:
        """Return the newest version of a saved profile."""
        with self.engine.connect() as connection:
            return profiles.get(connection, name).as_json()

    def inspect(
        self, path: Path, encoding: str | None = None, header_row: int | None = None
    ) -> dict[str, Any]:
        """Return what is in a file, with the coordinate systems that fit. Writes nothing."""
        return look_into(self.loader, path, Profile(encoding=encoding, header_row=header_row))

    def save_profile_of(self, name: str, load_id: str, by: str) -> dict[str, Any]:
        """Save the profile of a load as the next version of a name."""
        load = self.get(load_id)
        columns = [c.name for c in load.facts.columns] if load.facts else []
        return self.save_profile(name, str(load.layer), columns, load.profile.model_dump(mode="json"), by)

    def suggest(self, path: Path, layer_id: str) -> dict[str, Any]:
        """Return which column of a file would fill which field, and the saved profiles that fit."""
        self.loader.target(layer_id)
        load = Load(layer=layer_id, file=path.name, survey=self.loader.look(path, glance=True))
        mapping, unused = self.mapping(load)
        columns = [c.name for t in (load.survey.tables if load.survey else [])[:1] for c in t.columns]
        return {"mapping": mapping, "unused": unused, "profiles": self.profiles(layer_id, columns)}


def received_as(folder: Path, names: list[str]) -> tuple[Path, str]:
    """Return what a folder of received files is read as (one file, or the loose parts together) and its name."""
    if not names:
        raise NotFound("没有收到文件", "no file was sent", code="no_file")
    if len(names) == 1:
        return folder / names[0], names[0]
    shape = [name for name in names if name.lower().endswith(".shp")]
    return folder, (shape or names)[0]
