"""Fixtures on real PostGIS: one server per run, a template database filled once, a clone per worker.

Without PostGIS the tests that need it are skipped on a laptop and fail in CI.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg
import pyogrio
import pyproj
import pytest
from psycopg import sql
from sqlalchemy import make_url
from starlette.testclient import TestClient

from app.commands.database import etl_engine
from app.embedded import NoPostgis, private_postgis
from app.main import create_app
from app.settings import Settings
from app.state.prepare import prepare
from etl.demo import generate
from etl.manifest import manifest_for
from etl.pipeline import Pipeline
from etl.progress import Silent
from layers.registry import discover
from layers.store import Files

hypothesis.settings.register_profile("riskmap", deadline=None)
hypothesis.settings.load_profile("riskmap")  # a busy machine is no failure

DEMO, EMPTY = "riskmap_demo", "riskmap_empty"
REAL_DATA = Path(
    os.environ.get("RISKMAP_REAL_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)


def pytest_report_header() -> str:
    return (
        f"GDAL {pyogrio.__gdal_version_string__}, PROJ {pyproj.proj_version_str}, "
        f"geopandas {version('geopandas')}, shapely {version('shapely')}"
    )


@dataclass(frozen=True)
class Server:
    """The PostgreSQL of this run, and a folder its workers share."""

    url: str
    state_dir: Path

    def database(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def clone(self, template: str) -> str:
        """Make a new database from a template and return its name."""
        name = f"t_{uuid4().hex[:12]}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def create(self, name: str) -> str:
        self._run("CREATE DATABASE {}", name)
        return name

    def rename(self, name: str, new: str) -> None:
        self._run("ALTER DATABASE {} RENAME TO {}", name, new)

    def drop(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def has(self, name: str) -> bool:
        with psycopg.connect(self.url) as connection:
            query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)"
            return bool(connection.execute(query, [name]).fetchone()[0])  # type: ignore[index]

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def server(testrun_uid: str) -> Iterator[Server]:
    """The private PostGIS, shared by the workers; the last one to leave stops it."""
    # not pytest's own folder: root's is closed to the user that runs the server
    state_dir = Path(tempfile.gettempdir()) / f"rmt-{testrun_uid[:10]}"
    state_dir.mkdir(mode=0o755, exist_ok=True)
    try:
        with private_postgis(state_dir, fsync=False) as url:
            yield Server(url, state_dir)
    except NoPostgis as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    if not (
        state_dir / "pg" / "data" / "postmaster.pid"
    ).exists():  # a worker that failed leaves it to the others
        shutil.rmtree(state_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def empty_template(server: Server) -> Server:
    """The server with a template that has the empty schema."""
    with _one_worker(server):
        if not server.has(EMPTY):
            filling = server.create(f"t_{uuid4().hex[:12]}")
            with etl_engine(server.database(filling)) as engine:
                prepare(engine)
            server.rename(filling, EMPTY)
    return server


@pytest.fixture(scope="session")
def templates(empty_template: Server) -> Server:
    """The server with a second template: the whole demo data loaded by the real pipeline."""
    server = empty_template
    with _one_worker(server):
        if not server.has(DEMO):
            filling = server.clone(EMPTY)
            data = server.state_dir / "demo-data"
            data.mkdir()
            generate(data)
            with etl_engine(server.database(filling)) as engine:
                pipeline = Pipeline(engine, discover(), Files(server.state_dir), Silent())
                pipeline.run(manifest_for(data), data, whole=True, fingerprint="demo")
            server.rename(filling, DEMO)
    return server


@contextmanager
def _one_worker(server: Server) -> Iterator[None]:
    """Keep the other workers of this run waiting."""
    with (server.state_dir / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def demo_data(templates: Server) -> Path:
    """The folder of generated demo files, with its manifest."""
    return templates.state_dir / "demo-data"


@pytest.fixture(scope="session")
def demo_settings(templates: Server) -> Iterator[Settings]:
    """Settings of a server over the demo data; read only, one clone per worker."""
    name = templates.clone(DEMO)
    yield Settings(database_url=templates.database(name), state_dir=templates.state_dir, loads_from="anyone")
    templates.drop(name)


@pytest.fixture(scope="session")
def client(demo_settings: Settings) -> Iterator[TestClient]:
    """The whole application over the demo data."""
    with TestClient(create_app(demo_settings), raise_server_exceptions=False) as running:
        yield running


@pytest.fixture
def empty_settings(empty_template: Server, tmp_path: Path) -> Iterator[Settings]:
    """Settings over an empty database and an empty state directory, for one test."""
    name = empty_template.clone(EMPTY)
    yield Settings(
        database_url=empty_template.database(name), state_dir=tmp_path / "state", loads_from="anyone"
    )
    empty_template.drop(name)


@pytest.fixture
def pipeline(empty_settings: Settings) -> Iterator[Pipeline]:
    """The ETL over an empty database."""
    with etl_engine(str(empty_settings.database_url)) as engine:
        yield Pipeline(engine, discover(), Files(empty_settings.state_dir), Silent())


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data, which is never part of the repository."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"no real data at {REAL_DATA} (set RISKMAP_REAL_DATA)")
    return REAL_DATA
