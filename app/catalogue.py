"""The server's view of which layer versions are served."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.moments import moment_end
from app.settings import Settings
from layers.errors import NotFound
from layers.kinds.archive import Archive
from layers.model import Layer
from layers.registry import Registry
from layers.store import VERSION, Files, LayerVersion, current_versions, version_from_row

MOST_SEEN = 500
"""Versions in memory, of all layers."""


@dataclass
class Catalogue:
    """Current and known versions of the layers of a registry."""

    engine: Engine
    registry: Registry
    settings: Settings
    _current: dict[str, LayerVersion] = field(default_factory=dict)
    _archives: dict[str, Archive] = field(default_factory=dict)
    _seen: dict[tuple[str, str], LayerVersion] = field(default_factory=dict)
    _heard: int = 0
    _is_told: bool = False

    @cached_property
    def files(self) -> Files:
        """The files beside the database."""
        return Files(self.settings.state_dir)

    def current(self) -> dict[str, LayerVersion]:
        """Return the served version of each layer that has one.

        It is asked anew each time (about a millisecond): whoever is told that a load ended sees it in the next answer.
        """
        heard = self._heard
        with self.engine.connect() as connection:
            found = {i: v for i, v in current_versions(connection).items() if self._fits(v)}
        if heard == self._heard:  # nothing newer was announced meanwhile
            self._current = found
            for version in found.values():
                if (version.layer, version.version) not in self._seen:
                    self._remember(version)
        return found

    def notice(self) -> None:
        """Take note that something changed, or that changes are no longer heard of: what is in memory may be old."""
        self._heard += 1
        self._is_told = False

    def catch_up(self) -> dict[str, LayerVersion]:
        """Read what is served while changes are heard of, so that it is known without asking until the next notice."""
        heard = self._heard
        found = self.current()
        self._is_told = heard == self._heard
        return found

    def _fits(self, version: LayerVersion) -> bool:
        """Whether this program can serve a version: the layer exists and is still stored the same way."""
        return version.layer in self.registry and self.registry[version.layer].layout == version.layout

    def at(self, day: date | None) -> dict[str, LayerVersion]:
        """Return the versions served at an instant, or at the end of a day (Beijing time); None: now.

        A version is served from its load until the next one. Versions beyond those that are kept are gone: the oldest
        kept one does not stand in for them.
        """
        if day is None:
            return self.current()
        newest = (
            select(VERSION).ext(distinct_on(VERSION.c.layer)).where(VERSION.c.loaded_at <= moment_end(day))
        )
        with self.engine.connect() as connection:
            rows = connection.execute(
                newest.order_by(VERSION.c.layer, VERSION.c.loaded_at.desc(), VERSION.c.seq.desc())
            )
            found = [version_from_row(dict(row)) for row in rows.mappings()]
        return {v.layer: v for v in found if self._fits(v)}

    def served(self, layer: Layer, day: date | None = None) -> LayerVersion:
        """Return the current version of a layer, or the one served at the end of a day.

        Raises:
            NotFound: nothing is loaded for it (code ``layer_empty``).
        """
        version = self.at(day).get(layer.id)
        if version is None:
            zh, en = (f"在 {day} ", f" on {day}") if day else ("", " yet")
            raise NotFound(
                f"图层“{layer.title.zh}”{zh}还没有载入数据",
                f"nothing was loaded for layer {layer.id}{en}",
                code="layer_empty",
                layer=layer.id,
            )
        return version

    def version(self, layer: Layer, wanted: str | None) -> LayerVersion:
        """Return a version by name (open pages may still ask for the last but one), or the current one.

        A name says all there is to know of its content, so one that was seen before costs no query.

        Raises:
            NotFound: the version is gone; the page should read the layer list again (code ``version_gone``).
        """
        if wanted is None:
            return self.served(layer)
        for versions in (self._current, self.current()):
            known = versions.get(layer.id)
            if known is not None and known.version == wanted:
                return known
        found = self._find(layer.id, wanted)
        if found is None:
            raise version_gone(layer, wanted)
        return found

    def in_memory(self, layer: Layer, wanted: str | None) -> LayerVersion | None:
        """Return what ``version`` would without asking the database, None where that is not known for certain.

        Which version is served is known between ``catch_up`` and the next ``notice``; a named one is what it is.
        """
        if wanted is None:
            return self._current.get(layer.id) if self._is_told else None
        return self._seen.get((layer.id, wanted))

    def _find(self, layer_id: str, version: str) -> LayerVersion | None:
        query = select(VERSION).where(VERSION.c.layer == layer_id, VERSION.c.version == version)
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        found = version_from_row(dict(row))
        if not self._fits(found):
            return None
        self._remember(found)
        return found

    def _remember(self, version: LayerVersion) -> None:
        """Keep a version in mind: pages ask for the one before for a while after each load."""
        while len(self._seen) >= MOST_SEEN:
            self._seen.pop(next(iter(self._seen)), None)
        self._seen[version.layer, version.version] = version

    def archive(self, version: LayerVersion) -> Archive | None:
        """Return the open archive of a version, None where it has none or the file is missing."""
        if version.archive_file is None:
            return None
        if version.archive_file not in self._archives:
            path = self.files.archives / version.archive_file
            if not path.is_file():
                return None
            self._archives[version.archive_file] = Archive(path)
        return self._archives[version.archive_file]


def version_gone(layer: Layer, version: str) -> NotFound:
    """Return the error of a version that is no longer there: the page reads the layer list again."""
    return NotFound(
        "此版本的数据已被替换，请刷新页面",
        f"version {version[:40]} of layer {layer.id} is gone; read the layer list again",
        code="version_gone",
        layer=layer.id,
    )
