"""``riskmap constants``: what it lists, changes and signs, on a real database."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.regrading import Regrader
from app.settings import Settings
from layers.errors import BadInput
from tests.app.state.conftest import regrader, world

__all__ = ["regrader", "world"]
SAID = ("--person", "张三", "--reason", "试行")


@pytest.fixture
def run(regrader: Regrader, empty_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A terminal at the small map."""
    monkeypatch.setenv("RISKMAP_DATABASE_URL", str(empty_settings.database_url))
    monkeypatch.setenv("RISKMAP_STATE_DIR", str(empty_settings.state_dir))
    return CliRunner()


def test_a_change_lists_what_changed_colour_and_the_key_then_has_two_versions(run: CliRunner) -> None:
    changed = run.invoke(
        app, ["constants", "set", "ls-general.cutoffs", ">=15:1; >=10:2; >=5:3; >=1:4", *SAID]
    )
    assert changed.exit_code == 0, changed.output
    assert "hazard_source: 2 处变色" in changed.output
    assert "A4 丁车间: 较大 -> 重大" in changed.output
    listed = json.loads(run.invoke(app, ["constants", "list", "ls-general.cutoffs", "--json"]).stdout)
    assert [(row["version"], row["changed_by"]) for row in listed] == [(2, "张三"), (1, "riskmap")]


def test_signing_a_set_takes_the_mark_off_the_list(run: CliRunner) -> None:
    assert "未确认" in run.invoke(app, ["constants", "list", "lec"]).output
    signed = run.invoke(app, ["constants", "confirm", "lec", "--person", "李四", "--json"])
    assert set(json.loads(signed.stdout)) >= {"lec.cutoffs"}
    assert "未确认" not in run.invoke(app, ["constants", "list", "lec"]).output


def test_a_change_without_a_person_is_refused(run: CliRunner) -> None:
    refused = run.invoke(app, ["constants", "set", "lec.cutoffs", ">=1:1", "--reason", "x"])
    assert isinstance(refused.exception, BadInput)
    assert refused.exception.code == "missing_person"
