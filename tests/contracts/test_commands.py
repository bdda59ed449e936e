"""Every command says what it does and what each of its options is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from app.cli import app


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_says_what_each_of_its_words_is_for(path: tuple[str, ...]) -> None:
    assert COMMANDS[path].help
    assert [param.name for param in COMMANDS[path].params if not getattr(param, "help", None)] == []


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_flag_asks_for_no_value_and_no_type_of_python_is_shown(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"]).output
    assert "Usage: " in shown
    assert "<bool>" not in shown
    assert not [line for line in shown.splitlines() if line.lstrip().startswith("-") and "list[" in line]
