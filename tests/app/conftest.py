"""Commands called in this process: starting one costs seconds, and what they print is the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from app.cli import main
from app.settings import Settings


@dataclass
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed as JSON."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run_with(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Call ``riskmap`` with arguments under given settings."""

    def call(settings: Settings, *arguments: object) -> Ran:
        monkeypatch.setenv("RISKMAP_DATABASE_URL", str(settings.database_url))
        monkeypatch.setenv("RISKMAP_STATE_DIR", str(settings.state_dir))
        monkeypatch.setattr(sys, "argv", ["riskmap", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return call


@pytest.fixture
def run(run_with: Callable[..., Ran], empty_settings: Settings) -> Run:
    """Call ``riskmap`` with arguments over an empty database."""
    return lambda *arguments: run_with(empty_settings, *arguments)
