"""The caller's side of the reading process: started, listened to with a deadline, ended whatever happens."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import select
import signal
import struct
import subprocess
import threading
import time
from types import TracebackType

import pyarrow as pa

from etl.sources import frames
from etl.sources.refusals import too_much_memory, too_slow, unreadable
from etl.sources.request import Request
from etl.sources.standby import spawn, take
from layers.errors import BadFile
from layers.model import Json

log = logging.getLogger(__name__)
PIPE_BYTES = 1 << 20
CLOSED = -1
KEYWORDS = ("self", "zh", "en", "code")
MOST_COMPLAINTS = 64 << 10
GRACE = 2.0
OUT_OF_MEMORY = (b"bad_alloc", b"out of memory", b"cannot allocate", b"MemoryError", b"memory allocation")


class ReadingProcess:
    """One confined process for one request; a context, so that it never outlives its use.

    ``scratch`` is the folder it may write in, removed at the end.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._file = request.path.name
        self._waited = 0.0
        self._complaints = b""

    def __enter__(self) -> ReadingProcess:
        self._standby = spawn() if self._request.task == "raster" else take()
        self._process, self.scratch = self._standby.process, self._standby.scratch
        assert self._process.stdin  # noqa: S101
        assert self._process.stdout  # noqa: S101
        self._out = self._process.stdout.fileno()
        with contextlib.suppress(OSError):  # a pipe of 64 KB works too, slower
            fcntl.fcntl(self._out, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        content = json.dumps(self._request.as_json()).encode()
        with contextlib.suppress(BrokenPipeError):  # it died already; reading will tell
            self._process.stdin.write(struct.pack("<Q", len(content)) + content)
        return self

    @property
    def complaints(self) -> str:
        """What the process and its libraries wrote on standard error, the last part of it."""
        return self._complaints.decode("utf-8", "replace")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._listener.join()
        if self._complaints:
            log.debug("the process reading %s wrote: %s", self._file, self.complaints)
        self._out = CLOSED  # its number may soon be that of another file
        self._standby.end()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def receive(self, *kinds: bytes) -> tuple[bytes, pa.Buffer]:
        """Wait for the next message, one of ``kinds``.

        Raises:
            BadFile: the refusal it sent instead; or it died, sent garbage (``unreadable``), took too long
                (``too_slow``) or too much memory (``too_much_memory``).
        """
        try:
            kind, length = frames.check(self._read(frames.HEADER.size).to_pybytes())
            content = self._read(length)
            if kind == frames.ERROR:
                refusal = _refusal(frames.from_bytes(content))
                if refusal.where.pop("unexpected", None):
                    self._listener.join(GRACE)
                    log.error("a fault of ours in reading %s: %s", self._file, self.complaints)
                raise refusal
            if kind not in kinds:
                raise frames.BrokenFrame(f"kind {kind!r} out of turn")
        except frames.BrokenFrame as error:
            self._process.kill()
            log.warning("the process reading %s sent no message: %s", self._file, error)
            raise unreadable(self._file) from error
        return kind, content

    def receive_json(self, kind: bytes) -> Json:
        """Wait for a message of JSON.

        Raises:
            BadFile: see ``receive``.
        """
        content = self.receive(kind)[1]
        try:
            data = frames.from_bytes(content)
        except frames.BrokenFrame:
            data = None
        if not isinstance(data, dict):
            raise unreadable(self._file)
        return data

    def _read(self, length: int) -> pa.Buffer:
        if self._out == CLOSED:
            raise RuntimeError(f"the process reading {self._file} was ended before")
        buffer = pa.allocate_buffer(length)
        view, poll = memoryview(buffer).cast("B"), select.poll()
        poll.register(self._out, select.POLLIN | select.POLLHUP)
        while view.nbytes:
            left = self._request.limits.wall - self._waited
            began = time.monotonic()
            ready = poll.poll(max(0.0, left) * 1000)
            self._waited += time.monotonic() - began
            if not ready:
                self._process.kill()
                raise too_slow(self._file, self._request.limits.wall)
            count = os.readv(self._out, [view])
            if count == 0:
                raise self._death()
            view = view[count:]
        return buffer

    def _death(self) -> BadFile:
        """Return what to tell when the process ended before its last message."""
        try:
            code = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._listener.join(GRACE)
        log.warning("the process reading %s ended with %s: %s", self._file, code, self.complaints[-2000:])
        if code == -signal.SIGXCPU:
            return too_slow(self._file, self._request.limits.cpu)
        # SIGKILL comes from the kernel when the machine is out of memory
        if code == -signal.SIGKILL or any(word in self._complaints for word in OUT_OF_MEMORY):
            return too_much_memory(self._file)
        return unreadable(self._file)

    def _listen(self) -> None:
        """Take what the process and its libraries complain, the last part of it."""
        assert self._process.stderr  # noqa: S101
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(self._process.stderr.fileno(), 1 << 16):
                self._complaints = (self._complaints + chunk)[-MOST_COMPLAINTS:]


def _refusal(data: object) -> BadFile:
    if not isinstance(data, dict) or not isinstance(data.get("where"), dict):
        raise frames.BrokenFrame("no refusal")
    where = {str(key): value for key, value in data["where"].items() if key not in KEYWORDS}
    return BadFile(str(data.get("zh")), str(data.get("en")), code=str(data.get("code")), **where)
