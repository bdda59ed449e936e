"""The private PostGIS of a checkout: made by initdb from the system's packages, unix socket only, never root.

Everything lives in ``<state_dir>/pg``: ``data`` (cluster), ``run`` (socket) and ``server.log``. The server is
shared: whoever comes first starts it, others attach, and whoever leaves last stops it. Two file locks keep
count of that; the kernel drops them when a process is killed, so no crash leaves a wrong count behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.pgbinaries import Binaries, find_postgis
from app.pgerrors import ClusterFailed, DiskFull, NoPostgis, OtherMajor, disk_full, failed, not_usable
from app.pgowner import cluster_owner, own_directory
from layers.errors import Conflict

__all__ = [
    "ClusterFailed",
    "DiskFull",
    "NoPostgis",
    "OtherMajor",
    "default_state_dir",
    "private_postgis",
    "remove_cluster",
]

ROLE = "riskmap"
DATABASE = "riskmap"

_LONGEST_SOCKET_DIR = 90  # bytes: sun_path holds 107, the file's own name takes 14
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # what needs no quoting in unix_socket_directories and in host=
_ROOM_FOR_NEW = 250 << 20  # bytes: an empty cluster with PostGIS takes 62 MB, its first WAL as much again
_ROOM_TO_START = 48 << 20  # bytes: recovery may need one or two WAL files of 16 MB
_START_WITHIN_S = 90.0
_LOG_KEPT = 20 << 20  # bytes of server.log before it is moved to server.log.1

# An old server that is just going away after kill -9; PostgreSQL refuses until its last backend is gone.
_GOES_AWAY = (
    "still in use",
    "already exists",
    "already in use",
    "is another postmaster",
    "another server might be",
)

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    # no replica reads this log: rows copied into a table made in the same transaction need not go through it
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "effective_cache_size": "1GB",
    "max_parallel_workers_per_gather": "1",
    "random_page_cost": "1.1",
    "jit": "off",
    "autovacuum": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%a ",
}


def default_state_dir(checkout: Path) -> Path:
    """Where a checkout keeps its state without ``RISKMAP_STATE_DIR``; the launcher follows the same rule.

    A user's state stays in the checkout. Root's does not: the server runs as another OS user, which may not
    be able to enter root's directories. The name carries a hash of the path so that checkouts do not meet.
    """
    if os.geteuid() != 0:
        return checkout / ".riskmap"
    return Path("/var/lib/riskmap") / _short_hash(str(checkout))


@contextmanager
def private_postgis(
    state_dir: Path, *, log: Callable[[str], None] = lambda line: None, fsync: bool = True
) -> Iterator[str]:
    """Makes, starts or joins the private cluster in ``state_dir`` and yields its libpq URL.

    The URL names role ``riskmap`` (superuser of this cluster only) and database ``riskmap`` with PostGIS. On
    leaving, the server is stopped unless another process still uses it. ``log`` gets a line before anything
    slow. ``fsync=False`` is for tests; it takes effect when this call is the one that starts the server.

    Raises:
        NoPostgis, OtherMajor: the packages are missing or do not fit the data.
        DiskFull: no room to make or start the cluster.
        ClusterFailed: anything else, with the server's own words.
    """
    cluster = _Cluster.of(state_dir.absolute(), fsync=fsync)
    users = _open_lock(cluster.state / "pg.users")
    try:
        with _file_lock(cluster.state / "pg.lock"):
            fcntl.flock(users, fcntl.LOCK_SH)
            cluster.ensure_running(log)
        yield cluster.url
    finally:
        with _file_lock(cluster.state / "pg.lock"):
            if _is_last_user(users):
                cluster.stop()
            os.close(users)


def remove_cluster(state_dir: Path) -> None:
    """Deletes the private cluster of ``state_dir`` (``demo --reset``).

    Raises:
        Conflict: some process is using it.
    """
    state = state_dir.absolute()
    if not (state / "pg").exists():
        return
    with _file_lock(state / "pg.lock"):
        users = _open_lock(state / "pg.users")
        try:
            if not _is_last_user(users):
                raise Conflict(
                    f"另一个 riskmap 正在使用 {state}：请先停止它",
                    f"another riskmap is using {state}: stop it first",
                )
            if (state / "pg/data/postmaster.pid").exists():
                _Cluster.of(state, fsync=True).stop()
            shutil.rmtree(state / "pg")
        finally:
            os.close(users)


@dataclass(frozen=True)
class _Cluster:
    state: Path
    owner: pwd.struct_passwd
    sockets: Path
    binaries: Binaries
    fsync: bool

    @classmethod
    def of(cls, state: Path, *, fsync: bool) -> _Cluster:
        owner = cluster_owner()
        home = state / "pg"
        try:
            state.mkdir(mode=0o755, parents=True, exist_ok=True)
            version = home / "data/PG_VERSION"
            major = int(version.read_text()) if version.exists() else None
            binaries = find_postgis(state, major)
            own_directory(home, owner)
            sockets = home / "run"
            if len(os.fsencode(sockets)) > _LONGEST_SOCKET_DIR or not _PLAIN_PATH.fullmatch(str(sockets)):
                # own_directory checks whose it is and its mode, so a predictable name does no harm
                sockets = Path("/tmp") / f"riskmap-{owner.pw_uid}-{_short_hash(str(home))}"  # noqa: S108
            own_directory(sockets, owner)
        except OSError as error:
            raise not_usable(state, error) from error
        return cls(state, owner, sockets, binaries, fsync)

    @property
    def home(self) -> Path:
        return self.state / "pg"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.sockets), safe='')}"

    def ensure_running(self, log: Callable[[str], None]) -> None:
        if not self.data.exists():
            log("making a private PostGIS cluster")
            self._initdb()
        deadline = time.monotonic() + _START_WITHIN_S
        while (state := self._probe()) != "up":
            refusal = self._start(log) if state == "down" else ""
            if refusal and not any(words in refusal for words in _GOES_AWAY) and self._probe() == "down":
                raise failed("start", refusal)
            time.sleep(0.1 if state == "busy" or refusal else 0)
            if time.monotonic() > deadline:
                raise failed(
                    "start", f"no answer within {_START_WITHIN_S:.0f} s, see {self.home / 'server.log'}"
                )
        self._ensure_database()

    def stop(self) -> None:
        self._pg("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "60")

    def _initdb(self) -> None:
        self._need_room(_ROOM_FOR_NEW)
        new = (
            self.home / "data.new"
        )  # renamed when complete, so that a broken-off initdb is never taken for a cluster
        shutil.rmtree(new, ignore_errors=True)
        done = self._pg(
            *(
                "initdb",
                "-D",
                str(new),
                "-U",
                ROLE,
                "--data-checksums",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                # the same order without a call of the C library for each pair of keys
                "--lc-collate=C",
            ),
            *("--auth=peer", "--no-instructions"),
        )
        if done.returncode != 0:
            shutil.rmtree(new, ignore_errors=True)
            raise failed("initdb", done.stdout)
        self._write(new / "pg_hba.conf", f"local all {ROLE} peer map={ROLE}\n")
        names = {self.owner.pw_name, pwd.getpwuid(os.geteuid()).pw_name}
        self._write(new / "pg_ident.conf", "".join(f'{ROLE} "{name}" {ROLE}\n' for name in sorted(names)))
        with (new / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'riskmap.conf'\n")
        new.rename(self.data)

    def _start(self, log: Callable[[str], None]) -> str:
        """Starts the server; returns what it said when it refused, else nothing."""
        self._need_room(_ROOM_TO_START)
        self._forget_strangers()
        settings = _SETTINGS | {
            "unix_socket_directories": str(self.sockets),
            "fsync": "on" if self.fsync else "off",
        }
        self._write(
            self.data / "riskmap.conf", "".join(f"{name} = '{value}'\n" for name, value in settings.items())
        )
        server_log = self.home / "server.log"
        size = server_log.stat().st_size if server_log.exists() else 0
        if size > _LOG_KEPT:
            server_log.rename(server_log.with_suffix(".log.1"))
            size = 0
        log("starting the private PostGIS")
        done = self._pg("pg_ctl", "start", "-D", str(self.data), "-l", str(server_log), "-w", "-t", "60")
        if done.returncode == 0:
            return ""
        time.sleep(0.3)
        with server_log.open(errors="replace") if server_log.exists() else open(os.devnull) as lines:
            lines.seek(size)
            return lines.read() or done.stdout

    def _probe(self) -> Literal["up", "busy", "down"]:
        try:
            with self._connect("postgres"):
                return "up"
        except psycopg.OperationalError as error:
            return "busy" if "the database system is" in str(error) else "down"

    def _ensure_database(self) -> None:
        try:
            with self._connect("postgres") as conn:
                if not conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                    conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
            with self._connect(DATABASE) as conn:
                row = conn.execute(
                    "SELECT default_version, installed_version"
                    " FROM pg_available_extensions WHERE name = 'postgis'"
                ).fetchone()
                if row is None or row[1] is None:
                    conn.execute("CREATE EXTENSION postgis")
                elif row[0] != row[1]:  # the system's package was upgraded since
                    conn.execute("ALTER EXTENSION postgis UPDATE")
        except psycopg.Error as error:
            raise failed("CREATE EXTENSION postgis", str(error)) from error

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.sockets), dbname=database, user=ROLE, connect_timeout=10, autocommit=True
        )

    def _forget_strangers(self) -> None:
        """Removes lock files whose process id now belongs to some other program (after a reboot, say).

        PostgreSQL itself removes those whose process is gone, and must judge those of a live server.
        """
        for lock in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            try:
                pid = abs(int(lock.read_text().split("\n", 1)[0]))
                stranger = Path(f"/proc/{pid}/comm").read_text().strip() not in ("postgres", "postmaster")
            except (OSError, ValueError):
                continue
            if stranger:
                lock.unlink(missing_ok=True)

    def _need_room(self, wanted: int) -> None:
        free = shutil.disk_usage(self.home).free
        if free < wanted:
            raise disk_full(f"{self.home}: {free >> 20} MB < {wanted >> 20} MB")

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def _pg(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        root = os.geteuid() == 0
        # Its own session: Ctrl-C is for the application, which then stops the server in order.
        return subprocess.run(  # noqa: S603 (a program that find_postgis found, arguments of our own)
            [str(self.binaries.bin / program), *arguments],
            env=self.binaries.environment() | {"HOME": str(self.home)},
            cwd="/",
            user=self.owner.pw_uid if root else None,
            group=self.owner.pw_gid if root else None,
            extra_groups=[] if root else None,
            umask=0o077,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    handle = _open_lock(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise not_usable(path.parent, error) from error


def _is_last_user(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # turns our shared lock into the only one, if it is
    except BlockingIOError:
        return False
    return True


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
