"""Whole manifests: every file staged and checked first, then all layers made current at once with what follows.

Until that last step nothing that is served has changed; a failure at any point leaves it untouched and stays on record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select, text

from etl.derive.zones import INPUTS
from etl.loads.commit import Loaded, Mark
from etl.loads.counties import admin_layer, staged_counties
from etl.loads.loader import Loader
from etl.loads.questions import NeedsDecision
from etl.loads.record import Load
from etl.manifest import Entry, Manifest
from etl.progress import Reporter
from layers.errors import BadInput, Conflict, RiskmapError
from layers.registry import Registry
from layers.store import DATASET, Files, current_versions


@dataclass
class Pipeline:
    """The ETL over one database, one registry and one state directory."""

    engine: Engine
    registry: Registry
    store: Files
    reporter: Reporter
    offsets: bool = False

    @property
    def loader(self) -> Loader:
        """The loader of single files over the same parts."""
        return Loader(self.engine, self.registry, self.store, self.reporter, self.offsets)

    def run(
        self,
        manifest: Manifest,
        directory: Path,
        *,
        only: Sequence[str] = (),
        whole: bool = False,
        fingerprint: str | None = None,
    ) -> list[Loaded]:
        """Load the entries of a manifest (all, or ``only`` some layers) and everything derived from them.

        ``whole`` means the manifest is the whole map: layers it does not name are no longer served.

        Raises:
            BadInput: an unknown or derived layer, a file or rows that cannot be used, a decision that is open.
            Conflict: another run is under way.
        """
        entries = self._entries(manifest, only)
        self.store.ensure()
        loader = self.loader
        loads: list[Load] = []
        with self._alone():
            try:
                for entry in sorted(entries, key=lambda entry: not self._is_admin(entry)):
                    loads.append(self._checked(loader, entry, directory))
                    if self._is_admin(entry):  # the other files are judged by the counties they come with
                        layer = self.registry.vector(entry.id)
                        loader.known.staged = staged_counties(loads[-1].id, layer)
                mark = Mark(manifest.title, manifest.generated, whole, fingerprint)
                return loader.commit_all(loads, mark)
            except BaseException:
                self._let_go(loader, loads)
                raise

    def _checked(self, loader: Loader, entry: Entry, directory: Path) -> Load:
        """Stage and check one entry; a decision that is open is a fault of the manifest."""
        load = loader.receive(
            directory / entry.file,
            layer=entry.id,
            profile=entry.profile(),
            name=entry.file,
            again=True,
            surveyed=False,
        )
        load = loader.advance(load.id)
        if load.questions:
            loader.refuse(load)
            raise NeedsDecision(load.id, load.questions, entry.file)
        for finding in load.findings:
            if finding.severity != "info":
                self.reporter.say(f"{entry.file}: {finding.en}")
        return load

    def _let_go(self, loader: Loader, loads: Sequence[Load]) -> None:
        for load in loads:
            with suppress(RiskmapError):
                loader.discard(load.id)

    def _is_admin(self, entry: Entry) -> bool:
        layer = admin_layer(self.registry)
        return layer is not None and entry.id == layer.id

    def loaded_fingerprint(self) -> str | None:
        """Return the fingerprint of the files the map was last filled from as a whole.

        None when there are none, when a file that belongs to what is served is gone (another state directory with
        the same database), or when a layer is stored in another way by now: then all must be loaded again.
        """
        with self.engine.connect() as connection:
            mark: str | None = connection.execute(select(DATASET.c.fingerprint)).scalar_one_or_none()
            served = current_versions(connection)
        usable = all(
            self.store.has_files_of(version)
            and (layer_id not in self.registry or self.registry[layer_id].layout == version.layout)
            for layer_id, version in served.items()
        )
        return mark if usable else None

    def _entries(self, manifest: Manifest, only: Sequence[str]) -> list[Entry]:
        for layer_id in [*only, *(entry.id for entry in manifest.layer)]:
            if self.registry[layer_id].derived and layer_id not in only:
                self.loader.target(layer_id)
        ids = [entry.id for entry in manifest.layer]
        repeated = {i for i in ids if ids.count(i) > 1}
        if repeated:
            name = sorted(repeated)[0]
            raise BadInput(
                f"清单里图层 {name} 出现多次",
                f"layer {name} stands twice in the manifest",
                code="bad_manifest",
            )
        # a derived layer is recomputed from whatever of its inputs the manifest brings
        wanted = {i for name in only for i in (INPUTS if self.registry[name].derived else (name,))}
        chosen = [entry for entry in manifest.layer if not only or entry.id in wanted]
        missing = [name for name in only if not self.registry[name].derived and name not in ids]
        if missing:
            raise BadInput(
                f"清单里没有图层 {missing[0]}",
                f"the manifest has no layer {missing[0]}",
                code="not_in_manifest",
            )
        if not chosen:
            raise BadInput(
                f"清单里没有计算 {'、'.join(only)} 所需的图层",
                f"the manifest has none of the layers that {', '.join(only)} is computed from",
                code="not_in_manifest",
            )
        return chosen

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the one lock of whole manifests for the run; the loser is told at once."""
        with self.engine.connect() as connection:
            got = connection.execute(
                text("SELECT pg_try_advisory_lock(hashtext('riskmap.etl'))")
            ).scalar_one()
            if not got:
                raise Conflict(
                    "另一个载入正在进行，请稍后再试",
                    "another load is running; try again later",
                    code="load_running",
                )
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(hashtext('riskmap.etl'))"))
