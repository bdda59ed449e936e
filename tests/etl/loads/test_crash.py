"""PostgreSQL killed in the middle of a commit: what was served is served whole, and the load goes on or is let go."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from app.commands.database import etl_engine
from app.embedded import private_postgis
from etl.loads.loader import Loader
from etl.loads.profile import Profile
from etl.loads.record import Load
from etl.progress import Silent
from layers.registry import discover
from layers.store import Files, ensure_schema
from tests.etl.loads.conftest import Desk

WITHIN_S = 60.0


@pytest.fixture
def cluster(server: object) -> Iterator[Path]:
    """The state directory of a PostGIS of our own, to be killed (``server`` skips where there is no PostGIS)."""
    path = Path(
        tempfile.mkdtemp(prefix="rm-")
    )  # not pytest's: root's is closed to the user that runs the server
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def csv(folder: Path, count: int, name: str) -> Path:
    rows = "".join(f"S{n},{name}{n},village,{n},{120 + n / 100},30.2\n" for n in range(count))
    path = folder / f"{name}.csv"
    path.write_text("code,name,level,capacity,lon,lat\n" + rows, encoding="utf-8")
    return path


@contextmanager
def desk_at(url: str, state: Path) -> Iterator[Desk]:
    with etl_engine(url) as engine:
        ensure_schema(engine)
        store = Files(state / "files")
        store.ensure()
        yield Desk(Loader(engine, discover(), store, Silent()))


def received(desk: Desk, path: Path) -> Load:
    load = desk.loader.receive(path, layer="shelter", profile=Profile(mode="replace"))
    return desk.loader.advance(load.id)


@contextmanager
def stuck_commit(desk: Desk, url: str, load: Load) -> Iterator[tuple[int, list[BaseException]]]:
    """Hold a commit where all its rows are written and nothing is served yet; give the id of its backend."""
    failed: list[BaseException] = []

    def commit() -> None:
        try:
            desk.loader.commit(load.id)
        except BaseException as error:
            failed.append(error)

    # whoever kills the server takes our own connections along
    with (
        suppress(psycopg.Error),
        psycopg.connect(url) as other,
        psycopg.connect(url, autocommit=True) as watching,
    ):
        other.execute("SELECT * FROM layer.current WHERE layer = 'shelter' FOR UPDATE")
        worker = threading.Thread(target=commit)
        worker.start()
        query = (
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%layer.current%'"
        )
        deadline = time.monotonic() + WITHIN_S
        while (row := watching.execute(query).fetchone()) is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert row is not None, failed
        try:
            yield int(row[0]), failed
        finally:
            worker.join(WITHIN_S)
            assert not worker.is_alive()


def recovered(url: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while True:
        try:
            with psycopg.connect(url):
                return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def names(desk: Desk) -> set[str]:
    return {row["name"][0] for row in desk.served()}


@pytest.mark.parametrize("end", ["commit", "discard"])
def test_a_backend_killed_in_a_commit_leaves_the_old_version_whole(
    end: str, cluster: Path, tmp_path: Path
) -> None:
    with private_postgis(cluster) as url:
        with desk_at(url, cluster) as desk:
            desk.loader.commit(received(desk, csv(tmp_path, 30, "旧")).id)
            load = received(desk, csv(tmp_path, 40, "新"))
            with stuck_commit(desk, url, load) as (backend, failed):
                os.kill(backend, signal.SIGKILL)
            recovered(url)
        assert len(failed) == 1
        with desk_at(url, cluster) as desk:
            assert (len(desk.served()), names(desk)) == (30, {"旧"})
            assert desk.loader.get(load.id).open
            getattr(desk.loader, end)(load.id)
            assert (len(desk.served()), names(desk)) == ((40, {"新"}) if end == "commit" else (30, {"旧"}))
            assert desk.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'stage'") == [(0,)]


def test_a_postmaster_killed_in_a_commit_starts_again_with_the_old_version(
    cluster: Path, tmp_path: Path
) -> None:
    with private_postgis(cluster) as url:
        with desk_at(url, cluster) as desk:
            desk.loader.commit(received(desk, csv(tmp_path, 30, "旧")).id)
            load = received(desk, csv(tmp_path, 40, "新"))
            postmaster = int((cluster / "pg" / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
            with stuck_commit(desk, url, load) as (backend, failed):
                os.kill(postmaster, signal.SIGKILL)
                os.kill(backend, signal.SIGKILL)
        assert len(failed) == 1
    with private_postgis(cluster) as url, desk_at(url, cluster) as desk:
        assert (len(desk.served()), names(desk)) == (30, {"旧"})
        desk.loader.commit(load.id)
        assert (len(desk.served()), names(desk)) == (40, {"新"})
