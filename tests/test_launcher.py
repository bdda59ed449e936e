"""The launcher: plain sh, says what it would do, and agrees with the rest about places and versions."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.embedded import default_state_dir

ROOT = Path(__file__).resolve().parent.parent
LAUNCHER = ROOT / "riskmap"


def run(
    *arguments: str, launcher: Path = LAUNCHER, cwd: Path = ROOT, **env: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RISKMAP_")}
    return subprocess.run(
        ["/bin/sh", str(launcher), *arguments],
        env=kept | env, cwd=cwd, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def a_bare_checkout(tmp_path: Path) -> Path:
    """The launcher in a checkout where nothing is set up."""
    checkout = tmp_path / "check out"
    (checkout / "web").mkdir(parents=True)
    for name in ("riskmap", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, checkout)
    (checkout / "web/package-lock.json").write_text("{}")
    return checkout / "riskmap"


@pytest.mark.parametrize("shell", ["dash", "bash --posix"])
def test_the_launcher_is_plain_sh(shell: str) -> None:
    words = shell.split()
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not here")
    done = subprocess.run([*words, "-n", str(LAUNCHER)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_shellcheck_has_nothing_to_say() -> None:
    shellcheck = Path(sys.executable).parent / "shellcheck"
    done = subprocess.run(
        [shellcheck, LAUNCHER, ROOT / ".ci/run"], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


def test_the_launcher_and_the_ci_entry_can_be_executed() -> None:
    for path in (LAUNCHER, ROOT / ".ci/run"):
        assert path.stat().st_mode & stat.S_IXUSR
    assert "./riskmap test" in (ROOT / ".ci/run").read_text()


@pytest.mark.parametrize("arguments", [[], ["help"], ["-h"], ["--help"]])
def test_alone_it_prints_help_and_sets_nothing_up(arguments: list[str], tmp_path: Path) -> None:
    launcher = a_bare_checkout(tmp_path)
    done = run(*arguments, launcher=launcher, RISKMAP_STATE_DIR=str(tmp_path / "state"))
    assert done.returncode == 0
    assert "./riskmap demo" in done.stdout
    assert not (tmp_path / "state").exists()


def test_it_says_what_it_would_install_before_it_does(tmp_path: Path) -> None:
    launcher = a_bare_checkout(tmp_path)
    done = run(
        "demo",
        "--port",
        "8001",
        launcher=launcher,
        RISKMAP_DRY_RUN="1",
        RISKMAP_STATE_DIR=str(tmp_path / "s"),
    )
    assert done.returncode == 0, done.stderr
    said = done.stderr
    order = [
        "installing uv",
        "Python packages of uv.lock",
        "npm packages",
        "building the web map",
        "would run: ",
    ]
    assert [said.index(words) for words in order] == sorted(said.index(words) for words in order)
    assert f"would run: {launcher.parent}/.venv/bin/riskmap demo --port 8001" in said
    assert not (tmp_path / "s").exists()
    assert not (launcher.parent / ".venv").exists()


def test_commands_without_a_map_build_no_web_bundle(tmp_path: Path) -> None:
    done = run("etl", "run", launcher=a_bare_checkout(tmp_path), RISKMAP_DRY_RUN="1")
    assert "npm" not in done.stderr


def test_with_a_database_of_ones_own_no_postgis_is_installed(tmp_path: Path) -> None:
    launcher = a_bare_checkout(tmp_path)
    done = run("demo", launcher=launcher, RISKMAP_DRY_RUN="1", RISKMAP_DATABASE_URL="postgresql://db/riskmap")
    assert "postgis" not in done.stderr


def test_the_tests_run_in_the_checkouts_own_python(tmp_path: Path) -> None:
    launcher = a_bare_checkout(tmp_path)
    done = run("test", "--only", "ruff", launcher=launcher, cwd=tmp_path, RISKMAP_DRY_RUN="1")
    assert f"would run: {launcher.parent}/.venv/bin/python -m tests.run --only ruff" in done.stderr


def test_the_state_directory_is_the_one_that_the_application_takes(tmp_path: Path) -> None:
    launcher = a_bare_checkout(tmp_path)
    done = run("etl", launcher=launcher, RISKMAP_DRY_RUN="1")
    assert f"state directory: {default_state_dir(launcher.parent)}\n" in done.stderr


def test_a_state_directory_that_cannot_be_made_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    done = run("etl", launcher=a_bare_checkout(tmp_path), RISKMAP_STATE_DIR=str(blocked / "state"))
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert "set RISKMAP_STATE_DIR" in done.stderr


def test_a_failing_step_is_one_line_that_names_its_log(tmp_path: Path) -> None:
    launcher = a_bare_checkout(tmp_path)
    (launcher.parent / "uv.lock").write_text("not a lock file")
    state = tmp_path / "state"
    (state / "uv/bin").mkdir(parents=True)
    fake = state / "uv/bin/uv"  # stands for a registry that does not answer
    version = re.search(r"^UV_VERSION=(\S+)", LAUNCHER.read_text(), re.MULTILINE)
    assert version
    fake.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && {{ echo "uv {version[1]} (x)"; exit; }}\necho "error: no route"; exit 2\n'
    )
    fake.chmod(0o755)
    url = "postgresql://db/riskmap"
    done = run("etl", launcher=launcher, RISKMAP_STATE_DIR=str(state), RISKMAP_DATABASE_URL=url)
    assert done.returncode == 1
    assert "error: no route" in done.stderr.splitlines()[-1]
    assert str(state / "setup.log") in done.stderr.splitlines()[-1]


def test_launcher_and_image_install_the_same_uv() -> None:
    version = re.search(r"^UV_VERSION=(\S+)", LAUNCHER.read_text(), re.MULTILINE)
    assert version
    assert f"uv=={version[1]}" in (ROOT / "app/Dockerfile").read_text()
