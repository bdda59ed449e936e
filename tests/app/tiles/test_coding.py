"""How tiles are packed: what a client takes, and that nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tiles.coding import PREFERRED, Coding, negotiate, pack, unpack


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate, zstd", "zstd"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("*", "br"),
        ("br;q=0, *", "zstd"),
        ("br;q=0, zstd;q=0.0, gzip;q=0.5", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip;q=nonsense", "identity"),
        ("identity", "identity"),
        ("deflate", "identity"),
        ("", "identity"),
    ],
)
def test_a_client_gets_the_best_coding_that_it_takes(header: str, coding: Coding) -> None:
    assert negotiate(header) == coding


@given(body=st.binary(max_size=3000), coding=st.sampled_from([*PREFERRED, "identity"]))
def test_what_is_packed_is_unpacked_the_same(body: bytes, coding: Coding) -> None:
    assert unpack(pack(body, coding), coding) == body


@given(st.text(max_size=60))
def test_any_header_is_answered(header: str) -> None:
    assert negotiate(header) in (*PREFERRED, "identity")
