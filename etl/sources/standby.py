"""Reading processes, started one ahead: of what reading a small file takes, the start is the larger part."""

from __future__ import annotations

import atexit
import logging
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from etl.sources.confine import CODE
from etl.sources.gdal import ENVIRONMENT
from etl.sources.request import PATIENCE

log = logging.getLogger(__name__)
START = "import sys; sys.path.append(sys.argv[1]); from etl.sources.start import main; sys.exit(main())"
AHEAD = "ahead"
FRESH = PATIENCE - 60
"""Seconds for which a process is handed out: well before it gives up."""


@dataclass(frozen=True)
class Standby:
    """A process that waits for a request on its input, and the folder it may write in."""

    process: subprocess.Popen[bytes]
    scratch: Path
    program: str
    since: float = field(default_factory=time.monotonic)

    def end(self) -> None:
        """End the process, whatever it is at, and let its folder go."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


_lock = threading.Lock()
_spare: list[Standby] = []


def stand_by() -> None:
    """Have a process wait for the next request: call it when a file is on its way. One waits at a time."""
    with _lock:
        if _spare and _is_fit(_spare[0]):
            return
        _end_spare()
        try:
            _spare.append(spawn(AHEAD))
        except OSError as error:  # who needs the process will be told
            log.warning("no reading process can be started ahead: %s", error)


def take() -> Standby:
    """Return the process that stands by, or a new one, for anything but a raster; the caller ends it."""
    with _lock:
        if _spare and _is_fit(_spare[0]):
            return _spare.pop()
        _end_spare()
    return spawn()


def _is_fit(one: Standby) -> bool:
    return one.program == START and one.process.poll() is None and time.monotonic() - one.since < FRESH


def spawn(*how: str) -> Standby:
    """Return a new process, which the caller ends. ``AHEAD``: it loads what reads tables before it is asked; with that
    it can read no raster, since pyogrio and rasterio bring a GDAL each."""
    scratch = Path(tempfile.mkdtemp(prefix="riskmap-read-")).resolve()
    try:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-X", "utf8", "-c", START, str(CODE), *how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=scratch,
            env=_environment(scratch),
            bufsize=0,
            start_new_session=True,
        )
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return Standby(process, scratch, START)


@atexit.register
def _end_spare() -> None:
    while _spare:
        _spare.pop().end()


def _environment(scratch: Path) -> dict[str, str]:
    """Return all the environment the process gets: none of the caller's, which holds passwords."""
    return {
        **ENVIRONMENT,
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
    }
