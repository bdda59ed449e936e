"""The runner's own arithmetic: nothing that failed, or did not run, may count as passed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run import ROOT, Tally, junit_tally, tool, vitest_tally


def test_a_junit_report_is_counted_by_outcome(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/></testsuites>')
    assert junit_tally(report) == Tally(passed=3, failed=3, skipped=3)


def test_a_vitest_report_is_counted_by_outcome(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(
        json.dumps({"numPassedTests": 5, "numFailedTests": 1, "numPendingTests": 2, "numTodoTests": 1})
    )
    assert vitest_tally(report) == Tally(5, 1, 3)


def test_a_report_that_was_not_written_counts_as_a_failure(tmp_path: Path) -> None:
    for tally in (junit_tally(tmp_path / "none"), vitest_tally(tmp_path / "none")):
        assert tally.or_failed(0) == Tally(failed=1)


@pytest.mark.parametrize(("tally", "code"), [(Tally(), 5), (Tally(), 0), (Tally(passed=4), 2)])
def test_a_run_without_tests_or_one_that_broke_off_is_a_failure(tally: Tally, code: int) -> None:
    assert tally.or_failed(code).failed == 1


def test_a_program_that_is_not_there_is_a_failure() -> None:
    assert tool("no-such-program-here")([]) == Tally(failed=1)


def test_the_last_line_counts_everything_and_the_exit_code_agrees() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.run", "--only", "pytest", "tests/test_run.py", "-k", "junit_report", "-n0"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert re.fullmatch(r"total: 1 passed, 0 failed, 0 skipped", done.stdout.splitlines()[-1])
    done = subprocess.run(
        [sys.executable, "-m", "tests.run", "tests/test_run.py", "-k", "no_test_has_this_name", "-n0"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "total: 0 passed, 1 failed, 0 skipped"
