"""The reading process: reads one request, confines itself, then does the work and sends messages on its output.

Started by ``etl.sources.standby``; nothing in it speaks to the database or knows of the server.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import struct
import sys
import traceback
from pathlib import Path

import pyarrow as pa

from etl.sources import frames
from etl.sources.confine import confine
from etl.sources.gdal import Library
from etl.sources.refusals import too_much_memory, unreadable
from etl.sources.request import PATIENCE, Request
from layers.errors import RiskmapError


def main() -> int:
    """Work off one request; return 0 when an answer was sent, even if it is a refusal."""
    if "ahead" in sys.argv:
        from etl.sources import reading  # noqa: F401 - while there is no request yet

    request = _request()
    pipe = os.dup(1)
    os.dup2(2, 1)  # what libraries print must not get between the messages
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    file = request.path.name
    try:
        _work(request, pipe)
    except RiskmapError as error:
        _refuse(pipe, error)
    except MemoryError:
        _refuse(pipe, too_much_memory(file))
    except (BrokenPipeError, KeyboardInterrupt):
        return 1
    except Exception as error:
        traceback.print_exc()
        out_of_memory = "memory" in str(error).lower() or "alloc" in str(error).lower()
        refusal = too_much_memory(file) if out_of_memory else unreadable(file)
        refusal.where["unexpected"] = type(error).__name__
        _refuse(pipe, refusal)
    return 0


def _work(request: Request, pipe: int) -> None:
    scratch = Path.cwd()
    readable = [path.resolve() for path in request.readable]
    if request.task == "raster":
        from etl.sources.raster_work import DRIVERS as RASTER_DRIVERS
        from etl.sources.raster_work import convert

        Library(RASTER_DRIVERS)
        report = confine(readable, scratch, request.limits)
        facts = convert(request, scratch)
        frames.send_json(pipe, frames.END, {"facts": facts.as_json(), "confinement": report.as_json()})
        return
    from etl.sources.reading import Reading
    from etl.sources.vector import DRIVERS

    library = Library(DRIVERS.values())
    report = confine(readable, scratch, request.limits)
    reading = Reading(request, library, scratch)
    if request.task in ("survey", "glance"):
        frames.send_json(pipe, frames.END, {**reading.survey(), "confinement": report.as_json()})
    else:
        reading.send_table(pipe)


def _request() -> Request:
    """Read the request, and have the kernel end this process when its caller is gone.

    The caller holds the other end of the pipe as long as it lives: its closing raises SIGIO here, whatever the
    process is busy with. (PR_SET_PDEATHSIG would act on the end of the thread that started it.)
    """
    ready, _, _ = select.select([0], [], [], PATIENCE)
    header = os.read(0, 8) if ready else b""
    if not header:  # nobody needed it, or nobody is there any more
        sys.exit(1)
    (length,) = struct.unpack("<Q", header)
    content = b""
    while len(content) < length:
        chunk = os.read(0, length - len(content))
        if not chunk:
            sys.exit(1)
        content += chunk
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    return Request.from_json(json.loads(content))


def _refuse(pipe: int, error: RiskmapError) -> None:
    where = {
        key: value if isinstance(value, int | list) else str(value) for key, value in error.where.items()
    }
    frames.send_json(pipe, frames.ERROR, {"zh": error.zh, "en": error.en, "code": error.code, "where": where})
