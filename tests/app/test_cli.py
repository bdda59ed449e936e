"""The commands, run as processes: what they print, their exit codes, and that they stop cleanly."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from app.settings import Settings
from tests.app.conftest import Ran, Run
from tests.conftest import Server

RISKMAP = str(Path(sys.executable).parent / "riskmap")
GOOD = "code,name,level,capacity,lon,lat\nS1,一号,village,50,120.1,30.2\n"


def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "RISKMAP_DATABASE_URL": str(settings.database_url),
        "RISKMAP_STATE_DIR": str(settings.state_dir),
    }


def process(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [RISKMAP, *arguments]
    return subprocess.run(
        command, env=environment(settings), capture_output=True, text=True, timeout=120, check=False
    )


@contextmanager
def started(env: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [RISKMAP, *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def ready_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"riskmap is ready: (http://127\.0\.0\.1:\d+/)\n", line)
    assert found, line + (process.stderr.read() if process.stderr else "")
    return found[1]


def current(settings: Settings) -> list[tuple[object, ...]]:
    with psycopg.connect(str(settings.database_url)) as connection:
        return connection.execute("SELECT layer, version FROM layer.current ORDER BY 1").fetchall()


def test_a_process_says_what_it_did_and_what_is_wrong(empty_settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text(GOOD, encoding="utf-8")
    done = process(empty_settings, "load", str(file), "--layer", "shelter")
    assert done.returncode == 0, done.stderr
    assert "shelter" in done.stdout
    refused = process(empty_settings, "load", str(file), "--layer", "nowhere")
    assert (refused.returncode, "unknown_layer" in refused.stderr) == (4, True)
    assert "Traceback" not in refused.stderr


def test_a_file_is_loaded_and_a_bad_one_changes_nothing(
    run: Run, empty_settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "s.csv"
    file.write_text(GOOD, encoding="utf-8")
    done = run("load", file, "--layer", "shelter", "--crs", "EPSG:4326")
    assert done.code == 0, done.err
    assert "shelter" in done.out
    before = current(empty_settings)
    file.write_text(GOOD + "S2,二号,village,x,120.1,30.2\n", encoding="utf-8")
    refused = run("load", file, "--layer", "shelter", "--crs", "EPSG:4326")
    assert refused.code == 3
    assert "s.csv" in refused.err
    assert "字段 capacity：'x' 不是整数" in refused.err
    assert "第 2 行" in refused.err
    assert current(empty_settings) == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("load", "{good}", "--layer", "nowhere", "--crs", "EPSG:4326"), 4, "unknown_layer"),
        (("load", "{good}", "--layer", "shelter", "--crs", "EPSG:999999"), 4, "crs_unknown"),
        (("load", "/nowhere/x.csv", "--layer", "shelter"), 4, "file_missing"),
        (("load", "{good}", "--layer", "shelter", "--rename", "x"), 4, "bad_option"),
        (("load", "{good}", "--layer", "shelter", "--source-date", "soon"), 4, "bad_option"),
        (("load",), 2, "'file'"),
        (("etl", "run", "--data", "/nowhere"), 4, "no_directory"),
        (("etl", "run", "--data", "{folder}"), 4, "no_manifest"),
        (("coverage", "run", "--base", "a,b"), 4, "bad_option"),
        (("coverage", "run"), 6, "land_missing"),
        (("serve", "--port", "70000"), 2, "65535"),
        (("nothing",), 2, "nothing"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_with_a_code(
    arguments: tuple[str, ...], code: int, said: str, run: Run, empty_settings: Settings, tmp_path: Path
) -> None:
    good = tmp_path / "s.csv"
    good.write_text(GOOD, encoding="utf-8")
    done = run(*[a.format(good=good, folder=tmp_path) for a in arguments])
    assert said in done.err
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert current(empty_settings) == []


def test_serving_says_one_line_and_stops_cleanly_at_ctrl_c(empty_settings: Settings) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with started(environment(empty_settings), "serve", "--port", str(port)) as running:
        url = ready_url(running)
        with urllib.request.urlopen(f"{url}health", timeout=5) as answer:  # noqa: S310 - our own server
            assert json.load(answer)["status"] == "ok"
        running.send_signal(signal.SIGINT)
        assert running.wait(15) == 0
        assert running.stdout is not None
        assert running.stdout.read() == ""


def test_a_port_in_use_is_said_in_one_line_with_what_to_do(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.code == 6
    assert "port_in_use" in done.err
    assert f"--port {port + 1}" in done.err


def test_a_database_that_is_not_there_is_said_in_one_line(
    run_with: Callable[..., Ran], empty_settings: Settings
) -> None:
    gone = empty_settings.model_copy(update={"database_url": "postgresql://x@127.0.0.1:9/x"})
    done = run_with(gone, "serve", "--port", "18999")
    assert done.code == 6
    assert "Traceback" not in done.err
    assert len(done.err.strip().splitlines()) <= 3


def test_the_demo_starts_again_without_loading_anew_and_keeps_what_was_loaded(
    templates: Server, demo_settings: Settings, tmp_path: Path
) -> None:
    """The whole main job as a process: first start loads, second start keeps, a loaded file stays."""
    name = templates.clone("riskmap_empty")
    settings = Settings(database_url=templates.database(name), state_dir=tmp_path / "state")
    try:
        with started(environment(settings), "demo") as running:
            ready_url(running)
            running.send_signal(signal.SIGTERM)
            assert running.wait(15) == 0
        file = tmp_path / "s.csv"
        file.write_text(GOOD, encoding="utf-8")
        assert process(settings, "load", str(file), "--layer", "shelter", "--mode", "replace").returncode == 0
        before = current(settings)
        with started(environment(settings), "demo") as running:
            url = ready_url(running)
            with urllib.request.urlopen(f"{url}api/layers/shelter/counts", timeout=5) as answer:  # noqa: S310
                assert json.load(answer)["total"] == 1
            running.send_signal(signal.SIGINT)
            assert running.wait(15) == 0
        assert current(settings) == before
    finally:
        templates.drop(name)


def test_coverage_writes_a_page_geojson_and_csv(
    run_with: Callable[..., Ran], demo_settings: Settings, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    done = run_with(demo_settings, "coverage", "run", "--radius-km", "100", "-o", str(report))
    assert done.code == 0, done.err
    assert report.stat().st_size > 100_000
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".csv", ".geojson", ".gpkg", ".html", ".json"]
    assert "%" in done.out
    assert (
        json.loads((tmp_path / "report.geojson").read_text(encoding="utf-8"))["type"] == "FeatureCollection"
    )
    assert (
        "http://"
        not in re.sub(r"http://www\.w3\.org[^\s\"')]*", "", report.read_text(encoding="utf-8"))[:2000]
    )


def test_a_scenario_is_verified_compared_and_no_longer_the_same_when_a_figure_was_changed(
    run_with: Callable[..., Ran], demo_settings: Settings, tmp_path: Path
) -> None:
    report = tmp_path / "a.html"
    assert run_with(demo_settings, "coverage", "run", "--wind", "8,330", "-o", str(report)).code == 0
    scenario = tmp_path / "a.scenario.json"
    same = run_with(demo_settings, "coverage", "verify", str(scenario))
    assert same.code == 0, same.err
    (tmp_path / "b.json").write_text('{"radius_km": 60}', encoding="utf-8")
    compared = run_with(demo_settings, "coverage", "compare", str(scenario), str(tmp_path / "b.json"))
    assert "->" in compared.out
    kept = json.loads(scenario.read_text(encoding="utf-8"))
    kept["result"]["covered_km2"] += 1
    scenario.write_text(json.dumps(kept), encoding="utf-8")
    refused = run_with(demo_settings, "coverage", "verify", str(scenario))
    assert refused.code == 5
    assert "result_differs" in refused.err


def test_the_best_further_base_is_printed_with_its_bound(
    run_with: Callable[..., Ran], demo_settings: Settings
) -> None:
    done = run_with(demo_settings, "coverage", "site", "--p", "1", "--grid-m", "30000")
    assert done.code == 0, done.err
    assert "optimal" in done.out
    assert "gap 0.00%" in done.out
