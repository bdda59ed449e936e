"""`./riskmap test`: every check of the repository, one after the other, and one line at the end that counts them.

A failing stage does not stop the others. A linter or type checker counts as one test. Arguments that are not
options of this runner go to pytest, alone: `./riskmap test tests/layers -k geo`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
STAGE_LIMIT_S = 45 * 60


@dataclass(frozen=True)
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    def or_failed(self, returncode: int) -> Tally:
        """A runner that stopped without a failed test (a broken import, no tests at all) failed all the same."""
        if returncode != 0 and self.failed == 0:
            return self + Tally(failed=1)
        return self if self != Tally() else Tally(failed=1)


@dataclass(frozen=True)
class Stage:
    name: str
    title: str
    run: Callable[[list[str]], Tally]


def call(*command: str | Path, cwd: Path = ROOT) -> int:
    """Runs a command with its output on ours; a command that is not there or does not end is a failure."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(
            words, cwd=cwd, stdin=subprocess.DEVNULL, timeout=STAGE_LIMIT_S, check=False
        ).returncode
    except FileNotFoundError:
        say(f"{words[0]} is not there: run this through ./riskmap test")
    except subprocess.TimeoutExpired:
        say(f"stopped after {STAGE_LIMIT_S} s")
    return 1


def tool(*command: str | Path, cwd: Path = ROOT) -> Callable[[list[str]], Tally]:
    """A linter or type checker: one test."""

    def run(_extra: list[str]) -> Tally:
        return Tally(passed=1) if call(*command, cwd=cwd) == 0 else Tally(failed=1)

    return run


def machine(_extra: list[str]) -> Tally:
    """What the tests need of the machine. Missing on a laptop, tests are skipped; missing in CI, that is a failure."""
    missing = [name for name, there in _needs().items() if not there]
    if missing:
        say("missing on this machine: " + ", ".join(missing))
    if not missing:
        return Tally(passed=1)
    return Tally(failed=1) if in_ci() else Tally(skipped=1)


def pytest(*options: str) -> Callable[[list[str]], Tally]:
    """A pytest run, counted from its JUnit report."""

    def run(extra: list[str]) -> Tally:
        with tempfile.TemporaryDirectory() as scratch:
            report = Path(scratch) / "report.xml"
            code = call(BIN / "python", "-m", "pytest", f"--junitxml={report}", *options, *extra)
            return junit_tally(report).or_failed(code)

    return run


def browser(extra: list[str]) -> Tally:
    """The browser tests; without a browser they are skipped, but not in CI."""
    if not chromium() and not in_ci():
        say("no Chromium on this machine: skipped")
        return Tally(skipped=1)
    return pytest("-m", "e2e")(extra)


def vitest(_extra: list[str]) -> Tally:
    """The client's unit tests, counted from vitest's JSON report."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        options = ("--reporter=default", "--reporter=json", f"--outputFile.json={report}")
        code = call("npm", "run", "--silent", "test", "--", *options, cwd=ROOT / "web")
        return vitest_tally(report).or_failed(code)


def junit_tally(report: Path) -> Tally:
    """Counts of a JUnit XML report; none when it was not written."""
    if not report.exists():
        return Tally()
    total = Tally()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 (pytest has just written it)
        count = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
        failed = count["failures"] + count["errors"]
        total += Tally(max(0, count["tests"] - failed - count["skipped"]), failed, count["skipped"])
    return total


def vitest_tally(report: Path) -> Tally:
    """Counts of a vitest JSON report; none when it was not written."""
    if not report.exists():
        return Tally()
    seen = json.loads(report.read_text(encoding="utf-8"))
    skipped = seen.get("numPendingTests", 0) + seen.get("numTodoTests", 0)
    return Tally(seen["numPassedTests"], seen["numFailedTests"], skipped)


STAGES = [
    Stage("machine", "what the tests need of the machine", machine),
    Stage("ruff", "ruff check", tool(BIN / "ruff", "check", ".")),
    Stage("format", "ruff format --check", tool(BIN / "ruff", "format", "--check", ".")),
    Stage("mypy", "mypy --strict", tool(BIN / "mypy")),
    Stage("imports", "import-linter", tool(BIN / "lint-imports")),
    Stage("biome", "biome (web)", tool("npm", "run", "--silent", "lint", cwd=ROOT / "web")),
    Stage("tsc", "tsc --noEmit (web)", tool("npm", "run", "--silent", "typecheck", cwd=ROOT / "web")),
    Stage("bundle", "vite build (web)", tool("npm", "run", "--silent", "build", cwd=ROOT / "web")),
    Stage("vitest", "vitest (web)", vitest),
    Stage("pytest", "pytest: units, PostGIS, contracts", pytest("-m", "not e2e", "-n", "2")),
    Stage("e2e", "pytest: in the browser", browser),
]


def main(arguments: list[str] | None = None) -> int:
    """Runs the stages asked for and returns the exit code: 0 when tests ran and none failed."""
    parser = argparse.ArgumentParser(prog="./riskmap test", description=__doc__)
    names = [stage.name for stage in STAGES]
    parser.add_argument(
        "--only", action="append", choices=names, help="run this stage only (may be repeated)"
    )
    asked, extra = parser.parse_known_args(arguments)
    only = asked.only or (["pytest"] if extra else names)
    total, failed = Tally(), []
    for stage in (stage for stage in STAGES if stage.name in only):
        say(f"\n== {stage.title}")
        began = time.monotonic()
        tally = stage.run(extra)
        say(f"-- {stage.name}: {tally} ({time.monotonic() - began:.1f} s)")
        total += tally
        if tally.failed:
            failed.append(stage.name)
    if failed:
        say("\nfailed: " + " ".join(failed))
    if total.passed == 0:
        say("\nno test passed: that is a failure")
    say(f"\ntotal: {total}")
    return 1 if total.failed or total.passed == 0 else 0


def in_ci() -> bool:
    """Whether this is a run that must not skip what is missing."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def chromium() -> str | None:
    """The browser for the end-to-end tests."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _needs() -> dict[str, bool]:
    from app.embedded import NoPostgis, default_state_dir
    from app.pgbinaries import find_postgis

    try:
        postgis = bool(os.environ.get("RISKMAP_DATABASE_URL") or find_postgis(default_state_dir(ROOT)))
    except NoPostgis:
        postgis = False
    fonts = Path("/usr/share/fonts")
    return {
        "PostgreSQL with PostGIS": postgis,
        "Chromium": chromium() is not None,
        "a Chinese font (fonts-noto-cjk)": any(fonts.rglob("*CJK*")) if fonts.exists() else False,
        "node and npm": bool(shutil.which("node") and shutil.which("npm")),
    }


def say(line: str) -> None:
    """Prints at once, so that lines stand between the outputs of the tools, in order."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
