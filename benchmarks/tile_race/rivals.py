"""The servers of the race. Each is started anew, so that it has nothing in memory; those that are not there sit out.

All read the same rows. Rivals read plain tables in EPSG:4326 with a spatial index, as their manuals say; they run with
their own settings but for the connections (as many as riskmap has) and half a gigabyte of memory for Martin.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LAYERS = ("race_point", "race_zone", "race_county")
CONNECTIONS = "4"


@dataclass(frozen=True)
class Rival:
    """A server: how to start it on a port (``{port}`` in its environment), and the addresses of its tiles.

    ``together``: all layers in one tile.
    """

    name: str
    command: Callable[[int], list[str]]
    environment: dict[str, str]
    tile: Callable[[str, int, int, int], str]
    ready: str
    together: Callable[[int, int, int], str] | None = None

    @contextmanager
    def running(self) -> Iterator[int]:
        """Run it; gives the port."""
        port = free_port()
        process = subprocess.Popen(
            self.command(port),
            env={**os.environ, **{k: v.replace("{port}", str(port)) for k, v in self.environment.items()}},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}{self.ready}", process)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def riskmap(state: Path, layer_dir: Path, versions: dict[str, str]) -> Rival:
    """Return riskmap over a state directory."""
    program = str(Path(sys.executable).parent / "riskmap")
    return Rival(
        "riskmap",
        lambda port: [program, "serve", "--port", str(port)],
        {"RISKMAP_STATE_DIR": str(state), "RISKMAP_LAYER_DIR": str(layer_dir)},
        lambda layer, z, x, y: f"/tiles/{layer}/{z}/{x}/{y}.mvt?v={versions[layer]}",
        "/health",
    )


def others(url: str, folder: Path, tipg_python: str | None) -> list[Rival]:
    """Return the rivals that are on this machine. ``tipg_python``: a Python that has tipg and uvicorn."""
    found = [
        Rival(
            "Martin's statement",
            lambda port: [
                sys.executable, "-m", "uvicorn", "benchmarks.tile_race.shape_server:app", "--port", str(port),
                "--log-level", "critical",
            ],
            {"DATABASE_URL": url},
            lambda layer, z, x, y: f"/{layer}/{z}/{x}/{y}",
            "/",
        )
    ]  # fmt: skip
    if shutil.which("martin"):
        found.append(
            Rival(
                "martin",
                lambda port: [
                    "martin", "--listen-addresses", f"127.0.0.1:{port}", "--pool-size", CONNECTIONS,
                    "--auto-bounds", "skip", "--cache-size", "512", url,
                ],
                {},
                lambda layer, z, x, y: f"/{layer}/{z}/{x}/{y}",
                "/health",
                lambda z, x, y: f"/{','.join(LAYERS)}/{z}/{x}/{y}",
            )
        )  # fmt: skip
    if shutil.which("pg_tileserv"):
        found.append(
            Rival(
                "pg_tileserv",
                lambda port: ["pg_tileserv", "--no-preview"],
                {"DATABASE_URL": url, "TS_HTTPPORT": "{port}"},
                lambda layer, z, x, y: f"/peer.{layer}/{z}/{x}/{y}.pbf",
                "/health",
            )
        )
    if tipg_python:
        found.append(
            Rival(
                "tipg",
                lambda port: [
                    tipg_python, "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--log-level", "critical",
                ],
                {
                    "DATABASE_URL": _with_host(url), "TIPG_DB_SCHEMAS": '["peer"]', "DB_MAX_CONN_SIZE": CONNECTIONS,
                    "TIPG_DB_SPATIAL_EXTENT": "false", "TIPG_DB_DATETIME_EXTENT": "false",
                    "TIPG_MAX_FEATURES_PER_TILE": "100000",
                },
                lambda layer, z, x, y: f"/collections/peer.{layer}/tiles/WebMercatorQuad/{z}/{x}/{y}",
                "/healthz",
            )
        )  # fmt: skip
    return found


def _with_host(url: str) -> str:
    """Return the URL with the folder of the socket where others have the host."""
    before, _, folder = url.partition("?host=")
    return before.replace("@/", f"@{folder}/")


@contextmanager
def nginx(folder: Path, workers: int) -> Iterator[int]:
    """Serve the files of a folder with nginx; gives the port."""
    port, home = free_port(), folder / "nginx"
    home.mkdir(exist_ok=True)
    config = home / "nginx.conf"
    config.write_text(
        f"worker_processes {workers}; pid {home}/pid; error_log /dev/null; daemon off;"
        " events { worker_connections 1024; } http { access_log off; sendfile on; tcp_nopush on;"
        " keepalive_requests 1000000000; open_file_cache max=1000;"
        f" server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
    )
    process = subprocess.Popen(["nginx", "-c", str(config)])
    try:
        wait_for(f"http://127.0.0.1:{port}/", process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - our own servers
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing answers at {url}")
