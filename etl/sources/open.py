"""Opening a source: what is in it, and the rows of one of its tables as a stream of Arrow batches.

Every byte is parsed in a confined process; here only its messages are read, and checked.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from etl.sources import frames
from etl.sources.columns import stream_schema
from etl.sources.members import KNOWN, parts_of
from etl.sources.model import LIMITS, Finding, Limits, ReadOptions, Survey, TableEnd, TableFacts
from etl.sources.process import ReadingProcess
from etl.sources.refusals import empty, unknown_format, unreadable
from etl.sources.request import Request, Task
from etl.sources.standby import stand_by
from layers.errors import BadFile
from layers.model import Json

log = logging.getLogger(__name__)
WHATEVER = ReadOptions()
BLOCK = 1 << 20


class OpenTable:
    """A table being read. ``reader`` gives each batch once; ``end`` is there after the last one.

    Every batch was validated in full: offsets, UTF-8 and schema are what they should be. Who hands ``reader`` to
    a C consumer (ADBC) sees its failures only as texts: ``end`` raises the refusal itself.
    """

    def __init__(self, process: ReadingProcess, facts: TableFacts, schema: pa.Schema, file: str) -> None:
        self.facts = facts
        self.schema = schema
        self._process, self._file = process, file
        self._end: TableEnd | None = None
        self._fault: BadFile | None = None
        self.reader = pa.RecordBatchReader.from_batches(schema, self._batches())

    @property
    def end(self) -> TableEnd:
        """The number of rows and what only the whole read shows.

        Raises:
            BadFile: the refusal that ended the stream.
            RuntimeError: the stream was not read to its end.
        """
        if self._fault is not None:
            raise self._fault
        if self._end is None:
            raise RuntimeError("the table was not read to its end")
        return self._end

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            while True:
                kind, content = self._process.receive(frames.BATCH, frames.END)
                if kind == frames.END:
                    self._end = _end(content, self._file)
                    return
                yield self._checked(content)
        except BadFile as error:
            self._fault = error
            raise

    def _checked(self, content: pa.Buffer) -> pa.RecordBatch:
        try:
            batch = pa.ipc.read_record_batch(content, self.schema)
            batch.validate(full=True)
        except (pa.ArrowException, OSError, ValueError, EOFError) as error:
            log.warning("the process reading %s sent a batch that is none: %s", self._file, error)
            raise unreadable(self._file) from error
        return batch


def survey(
    path: Path, limits: Limits = LIMITS, options: ReadOptions = WHATEVER, *, glance: bool = False
) -> Survey:
    """Return what is in a source: a file, a .shp with its parts beside it, a .gdb, or a folder of loose parts.

    With ``glance`` only the first rows of each table are looked at: what follows comes to light when it is read.

    Raises:
        BadFile: nothing in it can be read, by name. Where others can, a damaged member is a finding.
    """
    request = prepared("glance" if glance else "survey", path, options, limits)
    with ReadingProcess(request) as process:
        stand_by()  # one of the tables is read next
        digest, size = digest_of(path)  # meanwhile the process works
        data = process.receive_json(frames.END)
        warn_unless_confined(data)
        try:
            tables = [TableFacts.from_json(table) for table in data["tables"]]
            findings = [Finding.from_json(finding) for finding in data["findings"]]
        except (KeyError, TypeError, ValueError) as error:
            raise unreadable(path.name) from error
    return Survey(path.name, digest, size, tables, findings)


@contextmanager
def open_table(path: Path, options: ReadOptions = WHATEVER, limits: Limits = LIMITS) -> Iterator[OpenTable]:
    """Open one table of a source for reading its rows; leaving the context ends the reading process.

    Raises:
        BadFile: whatever is wrong with the source, by name; ``table_unclear`` where ``options.table`` must choose.
            While reading, the reader raises it.
    """
    with ReadingProcess(prepared("table", path, options, limits)) as process:
        try:
            facts = TableFacts.from_json(process.receive_json(frames.FACTS))
            schema = pa.ipc.read_schema(process.receive(frames.SCHEMA)[1])
        except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
            raise unreadable(path.name) from error
        if not schema.equals(stream_schema(facts.columns)):
            raise unreadable(path.name)
        yield OpenTable(process, facts, schema, path.name)


def prepared(
    task: Task, path: Path, options: ReadOptions, limits: Limits, *, additive: bool = False
) -> Request:
    """Return the request for a task, after the few checks that need no look into the source.

    Raises:
        BadFile: missing, empty, or of an extension that is not read.
    """
    path = path.absolute()
    if not path.exists():
        raise BadFile(
            f"找不到文件 {path.name}", f"there is no file {path.name}", code="file_missing", file=path.name
        )
    if path.is_file():
        if path.suffix.lower() not in KNOWN:
            raise unknown_format(path.name, path.suffix, KNOWN)
        if path.stat().st_size == 0:
            raise empty(path.name)
    readable = [path] if path.is_dir() else parts_of(path)
    return Request(task, path, readable, options, limits, additive)


def _end(content: pa.Buffer, file: str) -> TableEnd:
    try:
        return TableEnd.from_json(frames.from_bytes(content))
    except (frames.BrokenFrame, KeyError, TypeError, ValueError) as error:
        raise unreadable(file) from error


def digest_of(path: Path) -> tuple[str, int]:
    """Return SHA-256 and size of a source, all its parts together in order of their names."""
    digest, size = hashlib.sha256(), 0
    for part in parts_of(path):
        with part.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
                size += len(block)
    return digest.hexdigest(), size


def warn_unless_confined(data: Json) -> None:
    """Say in the log where the kernel of this machine offers less than the reading process asks for."""
    report = data.get("confinement")
    if not isinstance(report, dict) or not all(report.values()):
        log.warning("this machine cannot confine the reading of files in full: %s", report)
