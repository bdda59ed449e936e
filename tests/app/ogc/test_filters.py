"""CQL2 filters: what they find, and that nothing of their text becomes SQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from app.ogc.filters import canonical, parse, where
from layers.catalog.shelter import LAYER as SHELTER
from layers.errors import BadQuery

TABLE = SHELTER.table("t")


def sql_of(text: str, language: str = "cql2-text") -> str:
    statement = where(parse(text, language), SHELTER, TABLE)
    return str(statement.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]


def refusal(ask: Callable[[], object]) -> str | None:
    """Return the code of the named error, None without one; anything else fails the test."""
    try:
        ask()
    except BadQuery as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("capacity > 50", "capacity > %("),
        ("50 < capacity", "capacity > %("),
        ("capacity BETWEEN 10 AND 20", "BETWEEN %("),
        ("level IN ('county','village')", "level IN ("),
        ("name LIKE '%小学%'", "name LIKE %("),
        ("CASEI(name) = CASEI('ABC')", "lower("),
        ("phone IS NULL", "phone IS NULL"),
        ("NOT (indoor = true) OR capacity <= 5", "OR"),
        ("S_INTERSECTS(geom, BBOX(120,30,121,31))", "ST_Intersects("),
        ("S_WITHIN(geom, POLYGON((120 30,121 30,121 31,120 31,120 30)))", "ST_Within("),
    ],
)
def test_what_people_write_is_understood(text: str, part: str) -> None:
    assert part in sql_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "capacity >",
        "nothing = 1",
        "capacity = 'many'",
        "name = 5",
        "1 = 1",
        "capacity + 1 = 2",
        "indoor > 3",
        "S_DWITHIN(geom, POINT(120 30), 10)",
        "S_INTERSECTS(name, POINT(120 30))",
        "S_INTERSECTS(geom, POINT(1e999 30))",
        "pg_sleep(10) = 1",
        "capacity = (SELECT 1)",
        "",
    ],
)
def test_nonsense_is_a_named_error(text: str) -> None:
    with pytest.raises(BadQuery) as caught:
        sql_of(text)
    assert caught.value.code == "filter_bad"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("(" * 3000 + "capacity=1" + ")" * 3000, "cql2-text"),
        ("(" * 1900 + "capacity=1" + ")" * 1900, "cql2-text"),
        ("NOT " * 900 + "capacity=1", "cql2-text"),
        ("capacity=" + "-" * 3900 + "1", "cql2-text"),
        (" OR ".join(["capacity=1"] * 10_000), "cql2-text"),
        (" OR ".join(["capacity=1"] * 250), "cql2-text"),
        (
            '{"op":"not","args":[' * 100 + '{"op":"isNull","args":[{"property":"name"}]}' + "]}" * 100,
            "cql2-json",
        ),
        ("[" * 3900, "cql2-json"),
    ],
)
def test_what_is_too_long_wide_or_deep_is_refused_before_it_costs_anything(text: str, language: str) -> None:
    with pytest.raises(BadQuery) as caught:
        sql_of(text, language)
    assert caught.value.code == "filter_too_large"


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_no_text_in_a_value_changes_the_statement(value: str) -> None:
    body = {"op": "=", "args": [{"property": "name"}, value]}
    compiled = where(body, SHELTER, TABLE).compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    assert str(compiled) == "layer.t.name = %(name_1)s::VARCHAR"
    assert compiled.params == {"name_1": value}


@given(st.text(max_size=80))
def test_any_text_is_a_filter_or_a_named_error(text: str) -> None:
    assert refusal(lambda: sql_of(text)) in (None, "filter_bad", "filter_too_large")


nodes: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.just({"property": "capacity"}),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries(
            {
                "op": st.sampled_from(
                    ["and", "not", "=", "in", "like", "between", "s_intersects", "casei", "x"]
                )
            },
            optional={"args": st.lists(inner, max_size=3)},
        )
        | st.fixed_dictionaries({"type": st.just("Point"), "coordinates": inner})
    ),
    max_leaves=8,
)


@given(nodes)
def test_any_tree_is_a_condition_or_a_named_error(body: Any) -> None:
    assert refusal(lambda: where(body, SHELTER, TABLE)) in (None, "filter_bad")


def test_the_same_filter_has_one_key_however_it_is_written() -> None:
    text = parse("capacity>50 and level='county'", "cql2-text")
    spaced = parse("capacity  >  50   AND level = 'county'", "cql2-text")
    as_json = parse(json.dumps(text), "cql2-json")
    assert canonical(text) == canonical(spaced) == canonical(as_json)
