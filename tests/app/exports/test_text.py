"""A table with Chinese titles: labels instead of codes, which the loader reads back as the same codes."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from app.exports.text import csv_text
from app.ogc.crs import OGC, SYSTEMS
from etl.loads.cells import _titles
from layers.kinds.vector import VectorLayer
from layers.model import Field
from layers.registry import discover
from tests.app.conftest import Run

VECTORS = [layer for layer in discover().values() if isinstance(layer, VectorLayer)]
CODED = [(layer, field) for layer in VECTORS for field in layer.fields if field.choices]
HEAD = "code,name,level,capacity,status,standardised,lon,lat\n"


def table(layer: VectorLayer, values: dict[str, Any]) -> dict[str, str]:
    row = [120.1, 30.2, *(values.get(f.name) for f in layer.fields)]
    row = row if layer.shape == "point" else row[1:]
    text = b"".join(csv_text([[row]], layer, SYSTEMS[OGC], "zh")).decode("utf-8-sig")
    (told,) = csv.DictReader(io.StringIO(text))
    return told


@pytest.mark.parametrize(
    ("layer", "field"), CODED, ids=lambda one: getattr(one, "id", getattr(one, "name", ""))
)
def test_every_code_has_a_label_that_is_read_back_as_it(layer: VectorLayer, field: Field) -> None:
    assert field.choices is not None
    back = {**{code: code for code in field.choices}, **_titles(field)}
    for code, title in field.choices.items():
        told = table(layer, {field.name: code})[field.title.zh]
        assert back[told] == code
        assert told in (title.zh, code)


def test_several_codes_in_a_cell_are_several_labels() -> None:
    layer, field = next(pair for pair in CODED if pair[1].many)
    assert field.choices is not None
    codes = list(field.choices)[:2]
    told = table(layer, {field.name: ";".join(codes)})[field.title.zh]
    assert told == ";".join(field.choices[code].zh for code in codes)


def test_what_was_exported_with_chinese_titles_loads_back_and_changes_nothing(
    run: Run, tmp_path: Any
) -> None:
    content = "S1,一号,village,50,open,true,120.1,30.2\nS2,二号,county,300,closed,no,120.2,30.3\n"
    (tmp_path / "a.csv").write_text(HEAD + content, encoding="utf-8")
    assert run("load", tmp_path / "a.csv", "--layer", "shelter").code == 0
    for crs in ("EPSG:4490", "EPSG:4549"):
        out = tmp_path / f"{crs[5:]}.csv"
        assert run("export", "shelter", "-o", out, "--header", "zh", "--crs", crs).code == 0
        written = out.read_text(encoding="utf-8-sig")
        assert "村级" in written
        assert "是" in written
        again = run("load", out, "--layer", "shelter", "--crs", crs, "--json")
        assert (again.code, again.json["questions"]) == (0, [])
        assert again.json["counts"]["new"] == 0
        if crs == "EPSG:4490":  # metres are rounded to the millimetre
            assert again.json["counts"]["same"] == 2
