"""A real server process for tests that need one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from app.settings import CHECKOUT, Settings


@dataclass
class Running:
    """A server process: its URL and what it wrote."""

    url: str
    settings: Settings
    process: subprocess.Popen[bytes]
    log_file: Path

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(settings: Settings, log_file: Path, port: int | None = None, *, slow_tile_s: float = 30) -> Running:
    """Start ``riskmap serve`` and wait until it says it is ready. A busy machine is no reason to log slow tiles."""
    port = port or free_port()
    environment = {
        **os.environ,
        "RISKMAP_DATABASE_URL": str(settings.database_url),
        "RISKMAP_STATE_DIR": str(settings.state_dir),
        "RISKMAP_PORT": str(port),
        "RISKMAP_SLOW_TILE_S": str(slow_tile_s),
    }
    if settings.layer_dir:
        environment["RISKMAP_LAYER_DIR"] = str(settings.layer_dir)
    with log_file.open("ab") as log:
        command = [str(Path(sys.executable).parent / "riskmap"), "serve"]
        process = subprocess.Popen(command, env=environment, cwd=CHECKOUT, stdout=log, stderr=log)
    running = Running(f"http://127.0.0.1:{port}", settings, process, log_file)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{running.url}/health", timeout=2):  # noqa: S310 - our own server
                return running
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{running.log()}")
