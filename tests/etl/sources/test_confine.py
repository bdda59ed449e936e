"""What the reading process can still do, tried inside one: everything a reader has no use for must fail."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from etl.sources import seccomp
from etl.sources.confine import CODE
from tests.etl.sources.making import disguises, points, written

PROBE = """
import json, os, sys, resource, socket, threading
sys.path.append(sys.argv[1])
from pathlib import Path
from etl.sources import gdal
from etl.sources.confine import confine
from etl.sources.model import LIMITS
os.environ.update(gdal.ENVIRONMENT)
import pyogrio, pyogrio.raw
folder, scratch = Path(sys.argv[2]), Path(sys.argv[3])
library = gdal.Library(["GPKG", "GeoJSON", "OpenFileGDB", "ESRI Shapefile"])
report = confine([folder / "given.gpkg"], scratch, LIMITS)
tried = {}

def attempt(name, act):
    try:
        tried[name] = repr(act())
    except BaseException as error:
        tried[name] = type(error).__name__

def process():
    if os.fork() == 0:
        os._exit(0)

def thread():
    done = []
    worker = threading.Thread(target=done.append, args=(1,))
    worker.start()
    worker.join()
    return len(done)

def gdal_opens(path):
    return lambda: len(pyogrio.read_info(path)["fields"])

attempt("read given", lambda: len((folder / "given.gpkg").read_bytes()) > 0)
attempt("write scratch", lambda: (scratch / "x").write_text("x"))
attempt("thread", thread)
attempt("read neighbour", (folder / "secret.gpkg").read_bytes)
attempt("read passwd", Path("/etc/passwd").read_bytes)
attempt("read by link", lambda: ((scratch / "link").symlink_to("/etc/passwd"), (scratch / "link").read_bytes()))
attempt("read environment of others", lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes())
attempt("list root", lambda: os.listdir("/"))
attempt("write beside", lambda: (folder / "y").write_text("y"))
attempt("overwrite given", lambda: (folder / "given.gpkg").write_bytes(b""))
attempt("overwrite program", lambda: Path(gdal.__file__).write_bytes(b""))
attempt("chmod", lambda: os.chmod(scratch / "x", 0o777))
attempt("socket", socket.socket)
attempt("unix socket", lambda: socket.socket(socket.AF_UNIX))
attempt("socket pair", socket.socketpair)
attempt("fork", process)
attempt("exec", lambda: os.execv("/bin/true", ["true"]))
attempt("kill parent", lambda: os.kill(os.getppid(), 0))
attempt("more memory", lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)))
attempt("too much memory", lambda: len(bytearray(LIMITS.memory + (1 << 20))))
attempt("core", lambda: resource.getrlimit(resource.RLIMIT_CORE))
for number in (101, 165, 272, 425, 428, 321) if os.uname().machine == "x86_64" else ():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    attempt(f"call {number}", lambda: (libc.syscall(number, 0, 0, 0, 0), ctypes.get_errno()))
attempt("GDAL opens given", gdal_opens(folder / "given.gpkg"))
attempt("GDAL opens neighbour", gdal_opens(folder / "secret.gpkg"))
for path in sorted(scratch.glob("disguise*")):
    attempt(f"GDAL opens {path.name}", gdal_opens(path))
attempt("GDAL opens vrt text", gdal_opens((scratch / "disguise-vrt.csv").read_text()))
for name in ("GPKG", "GeoJSON"):
    library.only(name)
    attempt(f"only {name}", library.drivers)
attempt("VRT named", lambda: library.only("OGR_VRT"))
attempt("GDAL registers all again", lambda: (gdal.ctypes.CDLL(gdal._path()).GDALAllRegister(), library.drivers())[1])
print(json.dumps({"report": report.as_json(), "tried": tried}))
"""
EXTENSIONS = "geojson json csv txt tsv kml kmz shp dbf gpkg xlsx tif tiff zip vrt".split()


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("files")
    scratch = tmp_path_factory.mktemp("scratch")
    given = written(points(), folder / "given.gpkg")
    (folder / "secret.gpkg").write_bytes(given.read_bytes())
    # a disguise of a file that may be read: that only the driver stands between
    for kind, text in disguises(given).items():
        for extension in EXTENSIONS:
            (scratch / f"disguise-{kind}.{extension}").write_text(text)
    command = [sys.executable, "-I", "-c", PROBE, str(CODE), str(folder), str(scratch)]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=scratch, timeout=60, env={})
    assert answer.returncode == 0, answer.stderr
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


def test_every_fence_stands_on_this_machine(inside: dict[str, Any]) -> None:
    assert inside["report"] == {
        "limits": True,
        "no_new_privileges": True,
        "landlock": inside["report"]["landlock"],
        "seccomp": True,
    }
    assert inside["report"]["landlock"] >= 1


def test_reading_what_was_given_still_works(inside: dict[str, Any]) -> None:
    tried = inside["tried"]
    assert [tried[name] for name in ("read given", "write scratch", "thread", "GDAL opens given")] == [
        "True",
        "1",
        "1",
        "3",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "read neighbour", "read passwd", "read by link", "read environment of others", "list root", "write beside",
        "overwrite given", "overwrite program", "chmod", "socket", "unix socket", "socket pair", "fork", "exec",
        "kill parent",
    ],
)  # fmt: skip
def test_what_reading_does_not_need_is_refused(inside: dict[str, Any], name: str) -> None:
    assert inside["tried"][name] == "PermissionError"


@pytest.mark.skipif(seccomp.platform.machine() != "x86_64", reason="numbers of x86_64")
@pytest.mark.parametrize("number", [101, 165, 272, 425, 428, 321])
def test_calls_that_widen_the_process_are_refused(inside: dict[str, Any], number: int) -> None:
    assert inside["tried"][f"call {number}"] == "(-1, 1)"


def test_memory_is_bounded_and_the_bound_is_firm(inside: dict[str, Any]) -> None:
    assert inside["tried"]["more memory"] in ("ValueError", "PermissionError")
    assert inside["tried"]["too much memory"] == "MemoryError"
    assert inside["tried"]["core"] == "(0, 0)"


def test_one_driver_exists_at_a_time(inside: dict[str, Any]) -> None:
    assert inside["tried"]["only GPKG"] == "['GPKG']"
    assert inside["tried"]["only GeoJSON"] == "['GeoJSON']"
    assert inside["tried"]["VRT named"] == "RuntimeError"


def test_drivers_taken_out_do_not_come_back(inside: dict[str, Any]) -> None:
    again = inside["tried"]["GDAL registers all again"]
    assert sorted(eval(again)) == ["ESRI Shapefile", "GPKG", "GeoJSON", "OpenFileGDB"]  # noqa: S307


@pytest.mark.parametrize("kind", ["vrt", "gdalg"])
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_gdal_itself_opens_no_disguise_under_any_name(
    inside: dict[str, Any], kind: str, extension: str
) -> None:
    assert inside["tried"][f"GDAL opens disguise-{kind}.{extension}"] == "DataSourceError"


def test_a_document_in_place_of_a_path_is_no_way_in(inside: dict[str, Any]) -> None:
    assert inside["tried"]["GDAL opens vrt text"] in ("DataSourceError", "ValueError")
    assert inside["tried"]["GDAL opens neighbour"] == "DataSourceError"


def test_the_filter_is_a_program_for_both_architectures() -> None:
    for machine in seccomp.ARCHITECTURES:
        program = seccomp._program(machine, 1)
        assert len(program) % 8 == 0
        assert 50 < len(program) // 8 < 4096
