"""A reading process that dies, lies or outlives its caller."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.sources import frames, standby
from etl.sources.confine import CODE
from etl.sources.model import LIMITS
from etl.sources.open import open_table, survey
from layers.errors import BadFile
from tests.etl.sources.making import points, written

HEADER = """
import os, struct, sys, time
def send(kind, n, content=b''):
    os.write(1, struct.pack('<cQ', kind, n) + content)
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(points(150_000), tmp_path_factory.mktemp("files") / "a.gpkg")


def test_a_process_killed_in_the_middle_is_a_refusal_not_a_hang(path: Path) -> None:
    with open_table(path) as opened:
        opened.reader.read_next_batch()
        os.kill(opened._process.pid, signal.SIGKILL)
        with pytest.raises(BadFile) as caught:
            opened.reader.read_all()
        assert caught.value.code == "too_much_memory"
        with pytest.raises(BadFile):
            _ = opened.end


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("os.write(1, b'Segmentation fault' * 10)", "unreadable"),
        ("send(b'F', 1 << 62)", "unreadable"),
        ("send(b'B', 1 << 40)", "unreadable"),
        ("send(b'Z', 4, b'oops')", "unreadable"),
        ("send(b'Z', 2, b'[]')", "unreadable"),
        ("send(b'Z', 2, b'{}')", "unreadable"),
        ("send(b'S', 2, b'{}')", "unreadable"),
        ("send(b'E', 2, b'{}')", "unreadable"),
        ("send(b'Z', 100, b'{}')", "unreadable"),
        ("pass", "unreadable"),
        ("os.abort()", "unreadable"),
        ("sys.stderr.write('std::bad_alloc'); sys.stderr.flush(); os.abort()", "too_much_memory"),
        ("os.kill(os.getpid(), 9)", "too_much_memory"),
        ("os.kill(os.getpid(), 24)", "too_slow"),
        ("time.sleep(30)", "too_slow"),
        ("[sys.stderr.write('x' * 100_000) for _ in range(50)]; os.abort()", "unreadable"),
    ],
)
def test_a_process_that_was_taken_over_can_only_refuse(
    path: Path, monkeypatch: pytest.MonkeyPatch, program: str, code: str
) -> None:
    monkeypatch.setattr(standby, "START", HEADER + program)
    began = time.monotonic()
    with pytest.raises(BadFile) as caught:
        survey(path, replace(LIMITS, wall=1.5 if "sleep" in program else 20))
    assert caught.value.code == code
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("batch", [b"", b"\xff" * 64, b"\xff\xff\xff\xff\x10\x00\x00\x00" + b"\x07" * 16])
def test_a_batch_that_is_none_is_a_refusal(path: Path, monkeypatch: pytest.MonkeyPatch, batch: bytes) -> None:
    with open_table(path) as opened:
        facts, schema = frames.as_bytes(opened.facts.as_json()), opened.schema.serialize().to_pybytes()
    program = f"for k, c in ((b'F', {facts!r}), (b'S', {schema!r}), (b'B', {batch!r})): send(k, len(c), c)"
    monkeypatch.setattr(standby, "START", HEADER + program)
    with open_table(path) as opened, pytest.raises(BadFile) as caught:
        opened.reader.read_all()
    assert caught.value.code == "unreadable"


def test_text_that_is_no_text_does_not_pass(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_table(path) as opened:
        first = opened.reader.read_next_batch()
        facts, schema = frames.as_bytes(opened.facts.as_json()), opened.schema.serialize().to_pybytes()
    arrays = first.slice(0, 2).columns
    bad = pa.array([b"\xff\xfe", b"\xff"], pa.binary()).view(pa.string())
    batch = (
        pa.RecordBatch.from_arrays([*arrays[:2], bad, *arrays[3:]], schema=first.schema)
        .serialize()
        .to_pybytes()
    )
    program = f"for k, c in ((b'F', {facts!r}), (b'S', {schema!r}), (b'B', {batch!r})): send(k, len(c), c)"
    monkeypatch.setattr(standby, "START", HEADER + program)
    with open_table(path) as opened, pytest.raises(BadFile) as caught:
        opened.reader.read_all()
    assert caught.value.code == "unreadable"


def test_the_process_ends_when_its_caller_is_killed(path: Path, tmp_path: Path) -> None:
    caller = (
        f"import sys, time; sys.path.append({str(CODE)!r})\n"
        "from pathlib import Path\nfrom etl.sources.open import open_table\n"
        f"with open_table(Path({str(path)!r})) as opened:\n"
        "    print(opened._process.pid, flush=True)\n    time.sleep(60)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", caller], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        reader = int(parent.stdout.readline())
        parent.kill()
    until = time.monotonic() + 10
    while _lives(reader) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _lives(reader)


def test_the_environment_of_the_caller_stays_outside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RISKMAP_DATABASE_PASSWORD", "hidden")
    with open_table(path) as opened:
        environment = Path(f"/proc/{opened._process.pid}/environ").read_bytes()
    assert b"hidden" not in environment


def test_memory_of_the_caller_and_of_the_process_stays_bounded(path: Path) -> None:
    before = pa.total_allocated_bytes()
    with open_table(path) as opened:
        for batch in opened.reader:
            last = batch
            assert pa.total_allocated_bytes() - before < 100 << 20
        status = Path(f"/proc/{opened._process.pid}/status").read_text()
    if "VmHWM" in status:
        assert int(status.split("VmHWM:")[1].split()[0]) < 300_000
    assert last.num_rows > 0


@settings(deadline=None)
@given(st.binary(min_size=9, max_size=9))
def test_a_header_is_a_message_within_its_limit_or_nothing(header: bytes) -> None:
    try:
        kind, length = frames.check(header)
    except frames.BrokenFrame:
        return
    assert length <= frames.LONGEST[kind]


def test_messages_go_through_a_pipe_whole() -> None:
    out, into = os.pipe()
    frames.send_json(into, frames.END, {"zh": "避灾点", "odd": "\ud800"})
    content = os.read(out, 1000)
    kind, length = frames.check(content[:9])
    assert (kind, length) == (frames.END, len(content) - 9)
    assert frames.from_bytes(content[9:]) == {"zh": "避灾点", "odd": "?"}
    os.close(out)
    os.close(into)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except OSError:
        return False
