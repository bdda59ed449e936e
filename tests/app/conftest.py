"""Commands called in this process (starting one costs seconds, and what they print is the same), and a server over demo
data that a module may write to."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.cli import main
from app.main import create_app
from app.settings import Settings
from tests.conftest import DEMO, Server


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


@pytest.fixture(scope="module")
def desk(templates: Server) -> Iterator[TestClient]:
    """A server over demo data of its own, that may be written to."""
    name = templates.clone(DEMO)
    settings = Settings(
        database_url=templates.database(name), state_dir=templates.state_dir, loads_from="anyone"
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client
    templates.drop(name)
