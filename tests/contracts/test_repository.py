"""What must hold for the repository: settings documented, one set of colours, no layer known to the client."""

from __future__ import annotations

import ast
import re

import pytest

from app.settings import CHECKOUT, Settings
from layers.registry import discover
from layers.style import SLOTS
from layers.theme import TOKENS

SOURCES = [p for d in ("app", "layers", "etl") for p in (CHECKOUT / d).rglob("*.py")]
CLIENT = sorted((CHECKOUT / "web" / "src").rglob("*.ts"))
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_stands_in_the_readme(name: str) -> None:
    assert f"`RISKMAP_{name.upper()}`" in README


@pytest.mark.parametrize(
    "name",
    ["demo", "serve", "etl run", "load", "export", "archive", "tiles", "coverage", "constants", "test"],
)
def test_every_command_stands_in_the_readme(name: str) -> None:
    assert f"`./riskmap {name}" in README


@pytest.mark.parametrize("layer_id", list(discover()))
def test_the_client_knows_no_layer(layer_id: str) -> None:
    # a quoted id would be a layer the client treats in its own way; "land" is also a colour token and a figure
    if layer_id == "land":
        pattern = re.compile(r"(source|layer|id)[\"']?\s*[:=]+\s*[\"'`]land[\"'`]")
    else:
        pattern = re.compile(rf"[\"'`/]{layer_id}[\"'`/]")
    offenders = [p.name for p in CLIENT if pattern.search(p.read_text(encoding="utf-8"))]
    assert offenders == []


@pytest.mark.parametrize("theme", ["day", "night"])
def test_the_page_and_the_map_use_the_same_colours(theme: str) -> None:
    css = (CHECKOUT / "web" / "src" / "tokens.css").read_text(encoding="utf-8")
    blocks = re.findall(r"([^{}]+)\{([^{}]+)\}", css)
    block = next(body for selector, body in blocks if f'data-theme="{theme}"' in selector)
    found = {name: value.lower() for name, value in re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})", block)}
    for name, value in TOKENS[theme].items():  # type: ignore[index]
        assert found.get(name) == value.lower(), name


def test_no_module_has_two_subjects() -> None:
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in [*SOURCES, *CLIENT]}
    assert [str(p.relative_to(CHECKOUT)) for p, lines in lengths.items() if lines > LONGEST_MODULE] == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno
                if lines > LONGEST_FUNCTION:
                    long.append(f"{path.name}: {node.name} ({lines} lines)")
    assert long == []


def test_the_client_asks_no_other_host() -> None:
    for path in CLIENT:
        found = re.findall(r"https?://(?!www\.w3\.org)[^\s\"'`]+", path.read_text(encoding="utf-8"))
        assert found == [], path.name


def test_the_page_and_the_styles_stack_layers_alike() -> None:
    text = (CHECKOUT / "web" / "src" / "style-parts.ts").read_text(encoding="utf-8")
    [listed] = re.findall(r"SLOTS = \[([^\]]+)\]", text)
    assert tuple(re.findall(r'"(\w+)"', listed)) == SLOTS
