"""One generated demo set for a whole test run."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from etl.demo import generate


@dataclass(frozen=True)
class Made:
    """A generated directory, the seconds it took and the progress it reported."""

    directory: Path
    seconds: float
    steps: list[tuple[str, float]]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    steps: list[tuple[str, float]] = []
    begin = time.perf_counter()
    directory = generate(
        tmp_path_factory.mktemp("demo"), progress=lambda step, done: steps.append((step, done))
    )
    return Made(directory, time.perf_counter() - begin, steps)


@pytest.fixture(scope="session")
def demo(made: Made) -> Path:
    return made.directory
