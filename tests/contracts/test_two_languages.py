"""Whatever a load says to a person it says in Chinese and in English.

Texts are written in pairs: the English half next in a call, tuple or list; ``zh`` and ``en`` of a dictionary; names
that end in ``zh`` and ``en`` and are set equally often in a function; or both halves in one text. Every text of the
source that holds Chinese is looked at.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import CHECKOUT

CHINESE = re.compile("[\u4e00-\u9fff]")
BOTH_HALVES = re.compile(
    r".*( / |\n)[^\u4e00-\u9fff]*[a-z].*|[\u4e00-\u9fff]+[XY]? [a-z ]+|.*'[a-z][a-z ]{7,}.*", re.DOTALL
)
MATTER = (
    "etl/**/*.py",
    "layers/*.py",
    "layers/crs/*.py",
    "app/load*.py",
    "app/commands/load*.py",
    "app/api/*load*.py",
)
NOT_SAID = {
    "app/load_jobs.py": "the Chinese of steps, whose English is the step itself",
    "etl/derive/grades.py": "what stands between two reasons, in either column",
    "etl/loads/cells.py": "a word of grades that is read",
    "etl/sources/coordinates.py": "names of columns",
    "etl/sources/remarks.py": "words that lines of sums and notes begin with",
    "layers/crs/angles.py": "words of angles that are read",
    "layers/crs/operation.py": "its English is Operation.text",
    "layers/crs/typed.py": "patterns of what people type",
    "layers/fields.py": "names of columns",
    "layers/wrong_values.py": "its English is what pydantic says",
}
"""Modules with Chinese outside pairs that is not said to anybody, or has its English elsewhere."""


def sources() -> list[Path]:
    found = {path for pattern in MATTER for path in CHECKOUT.glob(pattern)}
    return sorted(path for path in found if "demo" not in path.parts)


class Texts:
    """The texts of a module that hold Chinese, each with the expression it is a part of."""

    def __init__(self, tree: ast.Module) -> None:
        self.parent = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self.tree = tree

    def __iter__(self) -> Iterator[ast.expr]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant | ast.JoinedStr) and CHINESE.search(words(node)):
                whole = self.whole(node)
                if not isinstance(self.parent[whole], ast.Expr):  # documentation
                    yield whole

    def whole(self, node: ast.expr) -> ast.expr:
        """Climb from a piece to the text it belongs to."""
        while isinstance(
            up := self.parent[node], ast.BinOp | ast.IfExp | ast.JoinedStr | ast.FormattedValue | ast.BoolOp
        ):
            node = up  # type: ignore[assignment]
        if isinstance(up, ast.Attribute):  # sql.SQL("…").format(…)
            return self.whole(self.parent[up])  # type: ignore[arg-type]
        if isinstance(up, ast.Call) and isinstance(up.func, ast.Attribute):
            if up.func.attr in ("join", "SQL") and node in up.args:
                return self.whole(up)
        return node

    def paired(self, node: ast.expr) -> bool:
        if BOTH_HALVES.fullmatch(words(node)):
            return True
        up = self.parent[node]
        if isinstance(up, ast.keyword) and up.arg == "zh":
            return any(other.arg == "en" and is_text(other.value) for other in self.parent[up].keywords)  # type: ignore[attr-defined]
        if isinstance(up, ast.Dict):
            named = {
                words(key): value for key, value in zip(up.keys, up.values, strict=True) if key is not None
            }
            if named.get("zh") is node:
                return "en" in named and is_text(named["en"])
        row: list[ast.expr] = []
        if isinstance(up, ast.Call):
            row = up.args
        elif isinstance(up, ast.Tuple | ast.List):
            row = up.elts
        elif isinstance(up, ast.arguments):
            row = up.defaults
        if node in row[:-1] and is_text(row[row.index(node) + 1]):
            return True
        return self.named_in_pairs(node)

    def named_in_pairs(self, node: ast.AST) -> bool:
        """Whether the function around a text is one of a pair, or its names in zh are set as often as those in en."""
        while not isinstance(node, ast.FunctionDef | ast.Module):
            node = self.parent[node]
        if isinstance(node, ast.FunctionDef) and node.name.endswith("_zh"):
            return any(
                isinstance(one, ast.FunctionDef) and one.name == f"{node.name[:-2]}en"
                for one in self.tree.body
            )
        names = Counter(name for one in ast.walk(node) for name in set_by(one))
        chinese = {name: n for name, n in names.items() if name.endswith("zh")}
        return bool(chinese) and all(names[name[:-2] + "en"] == n for name, n in chinese.items())


def words(node: ast.AST) -> str:
    return " ".join(
        one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    )


def is_text(node: ast.expr) -> bool:
    """Whether an expression is an English text: letters, and no Chinese."""
    said = words(node)
    return bool(re.search("[A-Za-z]", said)) and not CHINESE.search(said)


def set_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(one, ast.Name):
                    yield one.id
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
        if isinstance(node.func.value, ast.Name):
            yield node.func.value.id


def alone(path: Path) -> list[str]:
    texts = Texts(ast.parse(path.read_text(encoding="utf-8")))
    return [f"{node.lineno}: {words(node)}" for node in texts if not texts.paired(node)]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_chinese_text_of_a_load_has_its_english_half(path: Path) -> None:
    if str(path.relative_to(CHECKOUT)) not in NOT_SAID:
        assert alone(path) == []


def test_the_modules_left_out_are_those_that_need_it() -> None:
    assert [path for path in NOT_SAID if not alone(CHECKOUT / path)] == []


@pytest.mark.parametrize(
    "source",
    [
        'raise BadFile("坏了", code="bad")',
        'Finding("code", "warning", "坏了", "")',
        'question("code", "field", "坏了", "还是坏了")',
        'option({"a": 1}, "甲", code)',
        'x = {"zh": "坏了", "code": "bad"}',
        'def f():\n    zh = "坏了"\n    return zh',
        'def f():\n    zh, en = "坏了", "bad"\n    zh += "了"',
        'print("坏了")',
    ],
)
def test_a_text_without_its_half_is_found(source: str) -> None:
    texts = Texts(ast.parse(source))
    assert [node for node in texts if not texts.paired(node)]
