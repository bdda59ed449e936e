"""The private PostGIS, with real clusters: made, shared, killed, and never run as root."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest

from app.embedded import (
    ClusterFailed,
    DiskFull,
    NoPostgis,
    OtherMajor,
    default_state_dir,
    private_postgis,
    remove_cluster,
)
from app.pgbinaries import find_postgis
from layers.errors import Conflict

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0

try:
    find_postgis(default_state_dir(ROOT))
except NoPostgis as error:
    if os.environ.get("CI"):
        raise
    pytest.skip(str(error), allow_module_level=True)

HOLDER = """
import sys
from pathlib import Path
from app.embedded import private_postgis
with private_postgis(Path(sys.argv[1]), fsync=False) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def state_dir() -> Iterator[Path]:
    # not tmp_path: root's is closed to the user that runs the server
    path = Path(tempfile.mkdtemp(prefix="rm-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@contextmanager
def another_process(state_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the cluster until its input is closed."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(state_dir)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().startswith("postgresql://riskmap@/")
        yield holder
    finally:
        if holder.poll() is None:
            leave(holder)


def leave(holder: subprocess.Popen[str]) -> None:
    holder.communicate(timeout=60)


def ask(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as conn:
        row = conn.execute(query.encode()).fetchone()
        return row[0] if row else None


def postmaster(state_dir: Path) -> int:
    return int((state_dir / "pg/data/postmaster.pid").read_text().split()[0])


def children(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if re.search(rf"^PPid:\t{pid}$", status.read_text(), re.MULTILINE):
                found.append(int(status.parent.name))
        except OSError:
            continue
    return found


def is_running(state_dir: Path) -> bool:
    return (state_dir / "pg/data/postmaster.pid").exists()


def test_the_cluster_has_postgis_makes_vector_tiles_and_keeps_checksums(state_dir: Path) -> None:
    with private_postgis(state_dir, fsync=False) as url:
        assert ask(url, "SELECT current_user || '@' || current_database()") == "riskmap@riskmap"
        assert str(ask(url, "SELECT postgis_lib_version()")) >= "3.3"
        tile = "SELECT st_asmvt(t) FROM (SELECT st_asmvtgeom(st_point(1, 1), st_tileenvelope(0, 0, 0)) g) t"
        assert ask(url, tile)
        assert ask(url, "SHOW data_checksums") == "on"
        assert ask(url, "SHOW server_encoding") == "UTF8"
    assert not is_running(state_dir)


def test_the_server_never_runs_as_root_and_its_files_are_closed_to_others(state_dir: Path) -> None:
    with private_postgis(state_dir, fsync=False):
        owner = Path(f"/proc/{postmaster(state_dir)}").stat().st_uid
        assert owner != 0
        assert (owner == os.geteuid()) != AS_ROOT
        for path in (state_dir / "pg", state_dir / "pg/run", state_dir / "pg/data"):
            assert path.stat().st_uid == owner
            assert path.stat().st_mode & 0o077 == 0


def test_the_server_listens_on_a_unix_socket_only(state_dir: Path) -> None:
    with private_postgis(state_dir, fsync=False) as url:
        assert ask(url, "SHOW listen_addresses") == ""
        inodes = {
            inode
            for fd in Path(f"/proc/{postmaster(state_dir)}/fd").iterdir()
            for inode in re.findall(r"socket:\[(\d+)\]", os.readlink(fd))
        }
        tcp = [line.split() for name in ("tcp", "tcp6") for line in read_lines(Path(f"/proc/net/{name}"))]
        assert not [row for row in tcp if row[3] == "0A" and row[9] in inodes]  # 0A: listening


def read_lines(path: Path) -> list[str]:
    return path.read_text().splitlines()[1:] if path.exists() else []


def test_another_process_joins_and_does_not_stop_what_we_started(state_dir: Path) -> None:
    with private_postgis(state_dir, fsync=False) as url:
        first = postmaster(state_dir)
        with another_process(state_dir):
            assert postmaster(state_dir) == first
        assert ask(url, "SELECT 1") == 1
    assert not is_running(state_dir)


def test_whoever_started_it_may_leave_first_and_the_last_one_stops_it(state_dir: Path) -> None:
    with another_process(state_dir) as starter, private_postgis(state_dir) as url:
        leave(starter)
        assert ask(url, "SELECT 1") == 1
    assert not is_running(state_dir)


def test_after_the_application_is_killed_the_next_one_takes_over_the_server(state_dir: Path) -> None:
    with another_process(state_dir) as starter:
        server = postmaster(state_dir)
        starter.kill()
        starter.wait()
    with private_postgis(state_dir) as url:
        assert postmaster(state_dir) == server
        assert ask(url, "SELECT 1") == 1
    assert not is_running(state_dir)


def test_after_kill_9_of_everything_the_next_start_recovers_what_was_committed(state_dir: Path) -> None:
    with another_process(state_dir) as starter:
        with private_postgis(state_dir) as url, psycopg.connect(url, autocommit=True) as conn:
            conn.execute("CREATE TABLE kept AS SELECT generate_series(1, 20000) AS n")
        server = postmaster(state_dir)
        for pid in (starter.pid, server, *children(server)):
            with suppress(ProcessLookupError):  # a child of PostgreSQL may end by itself meanwhile
                os.kill(pid, signal.SIGKILL)
        starter.wait()
    with private_postgis(state_dir) as url:
        assert ask(url, "SELECT count(*) FROM kept") == 20000
        assert postmaster(state_dir) != server


def test_a_lock_file_whose_process_id_is_somebody_elses_now_does_not_stop_the_start(state_dir: Path) -> None:
    with private_postgis(state_dir, fsync=False):
        pass
    lock = state_dir / "pg/data/postmaster.pid"
    lock.write_text(
        f"{os.getpid()}\n{state_dir}/pg/data\n{int(time.time())}\n5432\n{state_dir}/pg/run\n\n1 1\n"
    )
    with private_postgis(state_dir, fsync=False) as url:
        assert ask(url, "SELECT 1") == 1


def test_two_checkouts_run_side_by_side(state_dir: Path) -> None:
    one, two = state_dir / "one", state_dir / "two"
    with private_postgis(one, fsync=False) as first, private_postgis(two, fsync=False) as second:
        with psycopg.connect(first, autocommit=True) as conn:
            conn.execute("CREATE TABLE mine ()")
        assert first != second
        assert ask(second, "SELECT to_regclass('mine')") is None


@pytest.mark.parametrize("name", ["应急 管理", "x" * 90])
def test_a_path_that_a_socket_cannot_have_gets_its_socket_elsewhere(state_dir: Path, name: str) -> None:
    with private_postgis(state_dir / name, fsync=False) as url:
        sockets = Path(unquote(url.split("host=")[1]))
        assert state_dir not in sockets.parents
        assert sockets.stat().st_mode & 0o077 == 0
        assert ask(url, "SELECT 1") == 1
    sockets.rmdir()


def test_a_cluster_in_use_is_not_removed_and_one_at_rest_is(state_dir: Path) -> None:
    with private_postgis(state_dir, fsync=False), pytest.raises(Conflict):
        remove_cluster(state_dir)
    remove_cluster(state_dir)
    assert not (state_dir / "pg").exists()
    remove_cluster(state_dir)  # nothing there: nothing to do


def test_data_of_another_major_version_is_refused_with_what_to_install(state_dir: Path) -> None:
    (state_dir / "pg/data").mkdir(parents=True)
    (state_dir / "pg/data/PG_VERSION").write_text("11\n")
    with pytest.raises(OtherMajor, match="postgresql-11-postgis-3") as caught, private_postgis(state_dir):
        pass
    assert caught.value.code == "postgres_major"


def test_without_postgis_the_error_says_what_to_install(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RISKMAP_STATE_DIR", raising=False)
    with pytest.raises(NoPostgis, match="apt-get install postgresql-15-postgis-3") as caught:
        find_postgis(state_dir, system=state_dir)
    assert caught.value.code == "no_postgis"
    assert "\n" not in caught.value.en + caught.value.zh


def test_the_environment_of_the_server_has_nothing_meant_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATA", "/elsewhere")
    assert not [name for name in find_postgis(ROOT).environment() if name.startswith("PG")]


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as somebody else")
def test_a_state_directory_that_the_servers_user_cannot_enter_is_refused(state_dir: Path) -> None:
    state_dir.chmod(0o700)
    with pytest.raises(ClusterFailed, match="set RISKMAP_STATE_DIR"), private_postgis(state_dir / "closed"):
        pass


@pytest.mark.skipif(not AS_ROOT, reason="only root may become somebody else")
def test_another_os_user_is_not_let_in(state_dir: Path) -> None:
    with private_postgis(state_dir, fsync=False):
        psql = str(find_postgis(state_dir).bin / "psql")
        for user in ("nobody", "postgres"):  # the second runs the server and may
            done = subprocess.run(
                [psql, "-h", str(state_dir / "pg/run"), "-U", "riskmap", "-Atc", "SELECT 1"],
                user=user, group="nogroup", extra_groups=[], cwd="/", capture_output=True, check=False,
            )  # fmt: skip
            assert (done.returncode == 0) == (user == "postgres")


@pytest.mark.skipif(not AS_ROOT, reason="only root may mount a small disk")
@pytest.mark.parametrize("megabytes", [20, 60])
def test_a_full_disk_is_one_line_that_says_what_to_do(state_dir: Path, megabytes: int) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(state_dir)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not permitted here")
    try:
        with pytest.raises(DiskFull) as caught, private_postgis(state_dir):
            pass
        assert caught.value.code == "disk_full"
        assert "\n" not in caught.value.en + caught.value.zh
        assert not (state_dir / "pg/data").exists()
    finally:
        subprocess.run(["umount", str(state_dir)], check=True)
