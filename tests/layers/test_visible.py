"""What a terminal may show of a text that somebody else wrote."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("避灾点 2024 (一).shp", "避灾点 2024 (一).shp"),
        ("gpj.\u202eslx", "gpj.\\u202eslx"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("\x1b[2J\x9b31m", "\\u001b[2J\\u009b31m"),
        ("一\n二\t三\u2028四", "一\\u000a二\\u0009三\\u2028四"),
        ("\U000e0041", "\\udb40\\udc41"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    assert not [c for c in visible(text) if unicodedata.category(c) in ("Cc", "Zl", "Zp")]
    assert not [
        c for c in visible(text) if unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "LRI", "RLI")
    ]


@given(st.dictionaries(st.text(), st.text()))
def test_an_answer_in_json_stays_what_it_was(body: dict[str, str]) -> None:
    assert json.loads(visible(json.dumps(body, ensure_ascii=False))) == body
