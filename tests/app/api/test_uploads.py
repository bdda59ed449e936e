"""Names of files that are sent: what is kept of them can only ever be a name."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.uploads import LONGEST_NAME_BYTES, safe_name
from layers.errors import BadInput


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("避灾点.shp", "避灾点.shp"),
        ("a\tb.csv", "a_b.csv"),
        ("a\x00b.csv", "a_b.csv"),
        ("C:a.csv", "C_a.csv"),
        ("..\\..\\a.csv", "a.csv"),
        ("/a/b/", None),
        ("...", None),
        ("", None),
        ("x" * 300 + ".shp", "x" * 196 + ".shp"),
        ("." + "x" * 300, None),
    ],
)
def test_a_name_keeps_its_last_part_and_no_character_with_a_meaning(sent: str, kept: str | None) -> None:
    if kept is not None:
        assert safe_name(sent) == kept
        return
    with pytest.raises(BadInput) as caught:
        safe_name(sent)
    assert caught.value.code == "bad_upload"


@given(st.text(max_size=300))
def test_whatever_is_sent_what_is_kept_is_one_name_in_the_folder(sent: str) -> None:
    try:
        kept = safe_name(sent)
    except BadInput:
        return
    assert len(PurePosixPath(kept).parts) == len(PureWindowsPath(kept).parts) == 1
    assert not kept.startswith((".", "-"))
    assert 0 < len(kept.encode()) <= LONGEST_NAME_BYTES
