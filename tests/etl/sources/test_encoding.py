"""The encoding of a text, decided on its bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.sources.encoding import LEVEL_1, Verdict, claims_of, codec_of, decide, without_cut_character

TEXTS = ["避灾安置点", "杭州市西湖区文二路（391号）", "嵊泗县", "plain"]
COMMON_TEXT = st.text(st.sampled_from(sorted(LEVEL_1)), min_size=2, max_size=20)


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_chinese_is_recognised_without_any_claim(codec: str) -> None:
    verdict = decide([text.encode(codec) for text in TEXTS])
    assert verdict.encoding.name == codec
    assert verdict.encoding.certain
    assert verdict.encoding.samples == TEXTS
    assert codes(verdict) == []


@pytest.mark.parametrize(
    "texts",
    [
        ["Köln", "Zürich", "Straße"],
        ["café au lait", "Orléans"],
        ["Þórshöfn á Langanesi"],
        ["Ñuñoa", "Bogotá"],
    ],
)
def test_latin_1_is_not_taken_for_gbk(texts: list[str]) -> None:
    verdict = decide([text.encode("latin-1") for text in texts])
    assert not verdict.encoding.certain
    assert codes(verdict) == ["enc_undecided"]
    assert "cp1252" in verdict.guesses


def test_big5_is_asked_for_and_taken_when_declared() -> None:
    texts = ["避難收容處所".encode("big5"), "臺北市信義區".encode("big5")]
    assert decide(texts).guesses[0] == "big5"
    assert not decide(texts).encoding.certain
    declared = decide(texts, [".cpg: BIG5"])
    assert (declared.encoding.name, declared.encoding.certain) == ("big5", True)


def test_the_county_whose_name_is_rare_characters_is_read() -> None:
    assert decide(["嵊泗".encode("gbk"), "衢江".encode("gbk")]).encoding.certain


def test_two_letters_that_fit_both_are_asked_for_unless_declared() -> None:
    both = ["路".encode("gbk")]  # also a middle dot in UTF-8
    assert codes(decide(both)) == ["enc_undecided"]
    assert decide(both).guesses == ["gb18030", "utf-8"]
    assert decide(both, ["936"]).encoding.name == "gb18030"
    assert decide(both, ["UTF-8"]).encoding.name == "utf-8"


@pytest.mark.parametrize(
    ("codec", "claim"),
    [("gb18030", ".cpg: UTF-8"), ("utf-8", "language byte 0x4D: GBK"), ("gb18030", ".cpg: ISO-8859-1")],
)
def test_a_claim_that_the_bytes_contradict_is_reported_not_believed(codec: str, claim: str) -> None:
    verdict = decide([text.encode(codec) for text in TEXTS], [claim])
    assert verdict.encoding.name == codec
    assert verdict.encoding.claims == [claim]
    assert codes(verdict) == ["enc_claim_wrong"]


@pytest.mark.parametrize(
    "claim", ["GBK", "936", "ANSI 936", "GB2312", ".cpg: GB18030", "language byte 0x4D: GBK"]
)
def test_every_name_of_gbk_agrees_with_gbk(claim: str) -> None:
    assert codes(decide([text.encode("gbk") for text in TEXTS], [claim])) == []


def test_lost_text_is_reported_as_loss_with_its_count() -> None:
    verdict = decide(["避灾\ufffd".encode(), "锟斤拷点".encode(), b"????", "好的".encode()])
    assert codes(verdict) == ["enc_lossy"]
    assert verdict.findings[0].where["count"] == 3


def test_gbk_that_was_saved_as_latin_1_in_utf_8_is_named() -> None:
    verdict = decide([text.encode("gbk").decode("latin-1").encode() for text in TEXTS])
    assert codes(verdict) == ["enc_mojibake"]
    assert verdict.findings[0].where["sample"] == "避灾安置点"


def test_pure_ascii_is_read_as_declared_or_as_utf_8() -> None:
    assert decide([b"abc"]).encoding.name == "utf-8"
    assert decide([b"abc"], ["GBK"]).encoding.name == "gbk"
    assert decide([]).encoding.certain


def test_a_block_of_text_may_end_in_the_middle_of_a_character() -> None:
    block = "编号,名称\n1,避灾安置点\n2,文化礼堂".encode()
    assert decide(block[:-1]).encoding.name == "utf-8"
    assert decide("编号,名称\n1,避灾安置点".encode("gbk")[:-1]).encoding.name == "gb18030"


@pytest.mark.parametrize(("codec", "name"), [("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16")])
def test_a_byte_order_mark_decides(codec: str, name: str) -> None:
    verdict = decide("编号,名称\n1,避灾点".encode(codec))
    assert verdict.encoding.name == name
    assert verdict.encoding.samples == ["编号,名称", "1,避灾点"]


@pytest.mark.parametrize(
    "word", ["zip", "hex", "rot13", "unicode_escape", "idna", "", "OEM", "no such", "a\0b", "undefined"]
)
def test_only_encodings_of_text_have_a_codec(word: str) -> None:
    assert codec_of(word) is None


def test_the_claims_of_a_table_are_its_cpg_and_its_language_byte() -> None:
    assert claims_of(b"UTF-8\r\n\0", 0x4D) == [".cpg: UTF-8", "language byte 0x4D: GBK"]
    assert claims_of(None, 0x57) == []
    assert claims_of(b"\xff\xfe", 0) == []


@given(st.lists(COMMON_TEXT, min_size=3, max_size=20))
def test_common_chinese_in_gbk_is_never_mistaken(texts: list[str]) -> None:
    verdict = decide([text.encode("gbk") for text in texts])
    assert verdict.encoding.name == "gb18030"


@given(st.lists(COMMON_TEXT, min_size=1, max_size=20), st.integers(0, 3))
def test_common_chinese_in_utf_8_is_never_mistaken_even_when_cut(texts: list[str], cut: int) -> None:
    verdict = decide([text.encode()[: len(text.encode()) - cut] for text in texts])
    assert verdict.encoding.name == "utf-8"
    assert verdict.encoding.certain


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_any_bytes_get_a_verdict_that_can_read_them(texts: list[bytes]) -> None:
    verdict = decide(texts)
    for text in texts:
        text.decode(verdict.encoding.name, "replace")
    assert verdict.encoding.certain or verdict.guesses


@given(st.text(max_size=20), st.sampled_from(["utf-8", "gb18030"]), st.integers(0, 3))
def test_only_a_character_that_was_cut_is_taken_off(text: str, codec: str, cut: int) -> None:
    text = text.encode(codec, "ignore").decode(codec)
    whole = text.encode(codec)
    piece = whole[: len(whole) - cut] if cut else whole
    mended = without_cut_character(piece, codec)
    assert piece.startswith(mended)
    if cut == 0:
        assert mended == whole
