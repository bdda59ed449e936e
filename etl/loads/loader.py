"""The loader: everything that can be done with a load, over one database, one registry and one state directory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from etl.loads import record
from etl.loads.book import FAILED, LoadBook
from etl.loads.check import check
from etl.loads.choices import (
    LAYER_GUESSED,
    ask_for_header,
    guess_layer,
    layer_or_question,
    set_layer,
    table_or_question,
    target_of,
)
from etl.loads.commit import Commit, Loaded, Mark
from etl.loads.mapping import words_known
from etl.loads.preview import outlines, samples
from etl.loads.profile import Profile, check_crs
from etl.loads.questions import NeedsDecision
from etl.loads.rasters import stage_raster, staged_path
from etl.loads.reading import KnownPlaces
from etl.loads.record import LOAD, Load
from etl.loads.sqltools import stage_table
from etl.loads.stage import drop_stage, stage_file, staged_rows
from etl.loads.stage import stands as staged_stands
from etl.prune import prune
from etl.sources.model import ReadOptions, Survey, TableFacts
from etl.sources.open import digest_of, survey
from etl.sources.standby import stand_by
from layers.errors import BadFile, BadInput, RiskmapError
from layers.kinds.raster import RasterLayer
from layers.kinds.vector import VectorLayer
from layers.model import Layer
from layers.store import CURRENT

READ_BY = ("table", "encoding", "x", "y", "header_row", "data_row")
"""Keys of the profile that say how a file is read; the others say what its rows mean."""
RASTERS = (".tif", ".tiff")


@dataclass
class Loader(LoadBook):
    """Loads files. ``offsets``: an administrator has allowed GCJ-02 and BD-09 to be converted to WGS 84."""

    offsets: bool = False
    known: KnownPlaces = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what is kept between loads."""
        self.known = KnownPlaces(self.registry)

    # -- receiving -----------------------------------------------------------------------------------------------

    def receive(
        self,
        path: Path,
        *,
        layer: str | None,
        profile: Profile,
        person: str = "",
        name: str = "",
        again: bool = False,
        surveyed: bool = True,
    ) -> Load:
        """Open a load for a file that lies on this machine: survey it and put it on record.

        Without ``surveyed`` a file that needs no choice of a table is not looked into before it is read, which saves
        starting a process; nobody is shown anything then.

        The same bytes under the same profile give the earlier load, as long as it is open or still what is served,
        unless ``again`` asks for a new one.

        Raises:
            BadFile: the file cannot be used; the attempt is on record.
            BadInput: an unknown or a derived layer.
        """
        if layer is not None:
            self.target(layer)
        load = Load(
            file=name or path.name, layer=layer, profile=profile, person=person, path=str(path.absolute())
        )
        load.owner, load.source_date = profile.owner, profile.source_date
        with self._new(load):
            check_crs(profile)
            if surveyed or profile.table is not None or not path.exists():
                self._survey(load, path)
            else:
                stand_by()
                load.file_sha256, load.file_bytes = digest_of(path)
            if load.layer is None and load.survey is not None and len(load.survey.tables) == 1:
                guess_layer(load, self.registry, load.survey.tables[0])
            earlier = None if again else self._earlier(load)
        if earlier is not None:
            return earlier
        with self.engine.begin() as connection:
            return record.create(connection, load)

    def _survey(self, load: Load, path: Path) -> None:
        with self.reporter.step(f"{load.file}: survey"):
            found = self.look(path, load.profile, glance=True)
        load.file_sha256, load.file_bytes = found.sha256, found.bytes
        # sampled points are for looking only; a record without them stays small
        guessed = [f for f in load.survey.findings if f.code == LAYER_GUESSED] if load.survey else []
        tables = [replace(t, points=[]) for t in found.tables]
        load.survey = replace(found, tables=tables, findings=[*found.findings, *guessed])

    def look(self, path: Path, profile: Profile | None = None, *, glance: bool = False) -> Survey:
        """Return what is in a file (a ``glance``: from its first rows); writes nothing."""
        return survey(path, options=self._options(profile or Profile()), glance=glance)

    def _options(self, profile: Profile, table: str | None = None) -> ReadOptions:
        said = {name: getattr(profile, name) for name in READ_BY if name != "table"}
        return ReadOptions(table=table, known=words_known(self.registry), **said)

    @contextmanager
    def _new(self, load: Load) -> Iterator[None]:
        """Put a load on record that fails before it has a record."""
        try:
            yield
        except BadInput as error:
            load.state, load.message, load.finished_at = "refused", error.zh, datetime.now(UTC)
            load.counts = {"problem": {"code": error.code, "zh": error.zh, "en": error.en}}
            self.note(load, fresh=True)
            error.where.setdefault("load", load.id)
            raise

    def _earlier(self, load: Load) -> Load | None:
        """Return the load of the same file under the same profile that is open, or whose version is still served."""
        query = (
            select(LOAD)
            .where(LOAD.c.file_sha256 == load.file_sha256, LOAD.c.kind == "file")
            .where(LOAD.c.state.in_((*record.OPEN_STATES, "loaded", "unchanged")))
            .order_by(LOAD.c.started_at.desc())
        )
        with self.engine.connect() as connection:
            serving = {row.layer: row.version for row in connection.execute(select(CURRENT))}
            for row in connection.execute(query).mappings():
                found = record.from_row(dict(row))
                if found.layer != load.layer or found.profile.mark() != load.profile.mark():
                    continue
                if found.open or (found.version and serving.get(str(found.layer)) == found.version):
                    return found
        return None

    def target(self, layer_id: str) -> Layer:
        """Return a layer that files can be loaded into.

        Raises:
            NotFound: no such layer.
            BadInput: the layer is computed (code ``derived_layer``).
        """
        return target_of(self.registry, layer_id)

    # -- going on ------------------------------------------------------------------------------------------------

    def amend(
        self, load_id: str, *, layer: str | None, patch: dict[str, Any], revision: int | None = None
    ) -> Load:
        """Answer open decisions: set the layer and replace keys of the profile. What was read is read again only
        where the answer changes how the file is read."""
        with self.working(load_id), self.engine.begin() as connection:
            load = record.get(connection, load_id)
            self.must_be_open(load)
            if revision is not None and revision != load.revision:
                raise record.load_changed(load_id)
            before = load.profile
            patch = dict(patch)
            layer = patch.pop("layer", layer)
            load.profile = before.merged(patch)
            check_crs(load.profile)
            if layer is not None:
                self.target(layer)
                set_layer(load, layer)
            changed = {n for n in READ_BY if getattr(before, n) != getattr(load.profile, n)}
            if changed:
                load.state, load.facts = "received", None
                if load.survey is not None and changed != {"table"}:
                    load.survey = replace(load.survey, stale=True)
            elif load.state == "checked":
                load.state = "staged" if load.facts else "received"
            return record.save(connection, load)

    def advance(self, load_id: str) -> Load:
        """Go on with a load as far as it safely can: until it is checked, or a person has to decide.

        Raises:
            BadFile: the file or the whole table cannot be used; the load ends as refused.
            Conflict: somebody is at work on it just now.
        """
        with self.working(load_id):
            load = self.get(load_id)
            if load.state == "committing":  # whoever committed it was killed: the transaction is gone
                load.state = "checked"
            self.must_be_open(load)
            with self.on_record(load):
                self._advance(load)
        return load

    def _advance(self, load: Load) -> None:
        load.questions, load.message = [], ""
        load.counts.pop("problem", None)
        if load.survey is not None and load.survey.stale:
            try:
                self._survey(load, self._path(load))
            except BadFile as error:
                ask_for_header(load, error)
                self.keep(load)
                return
        table = table_or_question(load) if load.survey is not None else None
        layer = layer_or_question(load, self.registry, table)
        if load.questions:
            self.keep(load)
            return
        assert layer is not None  # noqa: S101 - there would be a question
        is_raster = Path(load.path).suffix.lower() in RASTERS if table is None else table.format == "geotiff"
        if isinstance(layer, RasterLayer) or is_raster:
            self._advance_raster(load, layer, is_raster)
            return
        assert isinstance(layer, VectorLayer)  # noqa: S101 - the registry has these two kinds
        try:
            self._stage(load, table)
        except BadFile as error:
            if table is not None or error.code != "table_unclear":
                raise
            self._survey(load, self._path(load))  # it was not looked into before, and has several tables
            table_or_question(load)
            self.keep(load)
            return
        check(self.engine, load, layer, self.known, self.offsets, self.reporter)

    def _advance_raster(self, load: Load, layer: Layer, is_raster: bool) -> None:
        if not (isinstance(layer, RasterLayer) and is_raster):
            raise BadFile(
                f"图层 {layer.id} 是{'栅格' if layer.kind == 'raster' else '矢量'}图层，{load.file} 不合适",
                f"layer {layer.id} is a {layer.kind} layer; {load.file} does not fit it",
                code="wrong_kind",
                file=load.file,
                layer=layer.id,
            )
        self.store.ensure()
        with self.reporter.step(f"{layer.id}: check {load.file}"):
            stage_raster(load, layer, self._path(load), self.store)
        self.keep(load)

    def _stage(self, load: Load, table: TableFacts | None) -> None:
        """Read the file (one table of it) into its working table, unless it stands there already."""
        with self.engine.connect() as connection:
            there = staged_rows(connection, load.id) if load.facts is not None else None
        if load.facts is not None and there == load.rows_in:
            return  # a crash of the server empties working tables: then the numbers differ
        name, total = (table.name, table.rows) if table is not None else (None, None)
        options = self._options(load.profile, name)
        with self.reporter.step(f"{load.file}: read", total) as advance:
            staged = stage_file(self.engine, load.id, self._path(load), options, advance)
        load.facts, load.rows_in, load.findings = staged.facts, staged.rows, staged.findings
        load.state = "staged"
        self.keep(load)

    def _path(self, load: Load) -> Path:
        path = Path(load.path)
        if not path.exists():
            raise BadFile(
                f"{load.file} 已不在原处，请重新提交",
                f"{load.file} is no longer where it was; send it again",
                code="file_missing",
                file=load.file,
            )
        return path

    # -- seeing --------------------------------------------------------------------------------------------------

    def preview(self, load_id: str) -> dict[str, Any]:
        """Return samples of what is new, changed and gone, and where the rows land.

        Raises:
            Conflict: the load is not checked (code ``not_checked``).
        """
        load = self.get(load_id)
        layer = self.registry[load.layer] if load.layer else None
        if load.state not in ("checked", "committing") or not isinstance(layer, VectorLayer):
            return {
                "new": [],
                "changed": [],
                "gone": [],
                "outline": {"type": "MultiPoint", "coordinates": []},
            }
        with self.engine.begin() as connection:
            ready = stage_table("ready", load.id)
            return {**samples(connection, layer, ready), "outline": outlines(connection, ready)}

    # -- ending --------------------------------------------------------------------------------------------------

    def commit(
        self,
        load_id: str,
        *,
        patch: dict[str, Any] | None = None,
        guarded: bool = True,
        person: str | None = None,
    ) -> list[Loaded]:
        """Make a checked load current, with everything derived from it; ``person`` is who decided that.

        Raises:
            NeedsDecision: questions are open.
            RowsRefused, Conflict: see ``Commit.run``; the load stays as it was.
        """
        with self.working(load_id):
            load = self.get(load_id)
            self.must_be_open(load)
            if load.questions:
                raise NeedsDecision(load.id, load.questions)
            if load.state not in ("checked", "committing"):
                raise record.not_checked(load_id)
            load.counts.pop("problem", None)
            load.message = ""
            load.person = person or load.person
            mode = load.profile.mode
            load.profile = load.profile.merged(patch or {})
            # which keys are bad depends on whether rows may only be added
            self._stand_up(load, again=mode != load.profile.mode and "append" in (mode, load.profile.mode))
            done = self.commit_all([load], Mark(), guarded=guarded)
        self.forget_file(load)
        return done

    def _stand_up(self, load: Load, *, again: bool) -> None:
        """Read and check a load again whose working tables a crash of the server has emptied, or when asked."""
        if (load.operation or {}).get("raster"):
            stands = staged_path(load, self.store).is_file()
        else:
            with self.engine.connect() as connection:
                stands = staged_stands(connection, load.id)
        if again or not stands:
            with self.on_record(load):
                self._advance(load)
            if load.questions:
                raise NeedsDecision(load.id, load.questions)

    def commit_all(self, loads: Sequence[Load], mark: Mark, *, guarded: bool = False) -> list[Loaded]:
        """Make checked loads current, all at once or not at all. A refusal leaves each of them checked."""
        self.store.ensure()
        states = [load.state for load in loads]
        for load in loads:
            load.state = "committing"
            self.keep(load)
        try:
            done = Commit(self.engine, self.registry, self.store, self.reporter).run(
                loads, mark, guarded=guarded
            )
        except BaseException as error:
            for load, state in zip(loads, states, strict=True):
                self._fall_back(load, state, error)
            raise
        prune(self.engine, self.store)
        return done

    def _fall_back(self, load: Load, state: str, error: BaseException) -> None:
        """Put a load back to where it can be committed again, with what went wrong."""
        with self.quietly(), self.engine.begin() as connection:
            fresh = record.get(connection, load.id)
            fresh.state, fresh.profile = state, load.profile
            fresh.message, problem = str(error)[:2000], FAILED
            if isinstance(error, RiskmapError):
                fresh.message, problem = error.zh, {"code": error.code, "zh": error.zh, "en": error.en}
            fresh.counts = {**fresh.counts, "problem": problem}
            if isinstance(error, NeedsDecision):
                fresh.questions = error.questions
            record.save(connection, fresh)
            load.state, load.revision = fresh.state, fresh.revision

    def discard(self, load_id: str) -> Load:
        """End a load without a trace on the map; its record and its faults stay."""
        with self.working(load_id):
            load = self.get(load_id)
            self.must_be_open(load)
            load.state, load.finished_at, load.questions = "discarded", datetime.now(UTC), []
            self.keep(load)
            drop_stage(self.engine, load.id)
            staged_path(load, self.store).unlink(missing_ok=True)
        self.forget_file(load)
        return load
