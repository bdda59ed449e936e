"""Which encoding a text is in, decided on its bytes; what the file says of itself is tested, not believed.

The rule: strict UTF-8 first; else strict GB18030 in which at least 80 % of the characters beyond ASCII are common
ones. "Decodes as GB18030" alone means nothing: nearly every Latin-1 text does. Otherwise nothing is decided and
the guesses are ranked. Over 63 DBF files with text beyond ASCII, from 16 public collections, the rule reads 15 of
15 GBK files and mistakes none of the Latin-1 files; Korean (EUC-KR) shares the bytes of common Chinese characters
and is the one language it cannot tell.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from etl.sources.model import Encoding, Finding
from layers.model import Text

MOST_BYTES = 1 << 18  # of distinct pieces beyond ASCII: far more than a verdict needs
COMMON_SHARE = 0.8
SAMPLES, SAMPLE_CHARACTERS = 5, 80
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Characters of names of Zhejiang's counties and towns outside level 1 of GB 2312: a file of Shengsi county may hold
# little else.
PLACE_NAMES = (
    "畲岙垟衢渚泗岱埭畈嵊岐塍廿鄞瓯暨碶蛟浔璜箬笕晖鸬於榭澥莼庠甽岚庵茗麂峃漈莘泾澉鄣崧岑峤寮祯柘垵婺缙宸渌胥珑莪"
    "梓鸠甬驷裘浒逍瞿巽鳌莒筱旸芙硖濮琏孚淙雉垓驿浣浬剡琊澧茭渥窈沐枸杞葭沚蟠湫皤濂濛鹚"
)
# What a language byte of a DBF stands for; 0x57 ("ANSI") and 0 say nothing, and are written by tools that do not ask.
LANGUAGE_BYTES = {
    0x4D: "GBK",
    0x4F: "Big5",
    0x4E: "EUC-KR",
    0x13: "Shift_JIS",
    0x7B: "Shift_JIS",
    0x7A: "GBK",
}
CODE_PAGES = {"936": "gbk", "65001": "utf-8", "54936": "gb18030", "950": "big5", "20936": "gb2312"}
# Python knows more codecs than texts are written in (zip, idna, unicode_escape ...): these only.
CODECS = frozenset(
    "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be gbk gb2312 gb18030 big5 big5hkscs cp950 shift_jis cp932 euc_jp euc_kr "
    "cp949 ascii iso8859-1 iso8859-15 cp437 cp850 cp1250 cp1251 cp1252 koi8-r".split()
)
SILENT = ("iso8859-1", "ascii", "cp1252", "cp437", "cp850")  # the default of tools, whatever the text


def _codes(first: int, last: int) -> frozenset[str]:
    """Return the characters of rows first..last of GB 2312 (lead bytes)."""
    pairs = b"".join(bytes((lead, trail)) for lead in range(first, last + 1) for trail in range(0xA1, 0xFF))
    return frozenset(pairs.decode("gb2312", "ignore"))


LEVEL_1 = _codes(0xB0, 0xD7)
COMMON = LEVEL_1 | frozenset(PLACE_NAMES)
GB_2312 = LEVEL_1 | _codes(0xD8, 0xF7)
NEUTRAL = _codes(0xA1, 0xA1) | _codes(0xA3, 0xA3)  # punctuation and full-width letters speak for nobody


@dataclass(frozen=True)
class Verdict:
    """The encoding taken, what to tell about it, and the codecs it could be, likeliest first."""

    encoding: Encoding
    findings: list[Finding]
    guesses: list[str]


@dataclass(frozen=True)
class _Reading:
    """How one codec reads the pieces: ``strict`` where every piece is text, but for a last character cut off."""

    codec: str
    good: float
    letters: Counter[str]

    @property
    def strict(self) -> bool:
        return self.good == 1 and self.letters.total() > 0

    def share(self, characters: frozenset[str]) -> float:
        """Return the share of characters beyond ASCII that are in a set; neutral ones do not count."""
        total = sum(n for c, n in self.letters.items() if c not in NEUTRAL)
        return sum(n for c, n in self.letters.items() if c in characters) / total if total else 0.0


def decide(texts: Iterable[bytes] | bytes, claims: Sequence[str] = ()) -> Verdict:
    """Decide the encoding of a text (bytes: taken line by line) or of many (fields of a table).

    A character cut off at the end of a piece is tolerated: fixed-width fields and the end of a block do that.
    ``claims`` are words like ``.cpg: UTF-8``, ``language byte 0x4D: GBK`` or ``936``; one that contradicts the
    bytes gives the finding enc_claim_wrong. Other findings: enc_undecided (with ``where["guesses"]``), enc_lossy
    (text that was destroyed before it came here), enc_mojibake (text that was read wrongly and saved again).
    """
    if isinstance(texts, bytes):
        for mark, codec in MARKS:
            if texts.startswith(mark):
                words = Text(f"文件开头有 {codec.upper()} 标记", f"a byte-order mark of {codec.upper()}")
                body = texts.decode(codec, "replace").splitlines()
                return Verdict(_encoding(codec, words, claims, True, body), _lossy(body), [codec])
        texts = texts.splitlines()
    pieces, plain = _distinct(texts)
    declared = [codec for codec in map(codec_of, claims) if codec is not None]
    if not pieces:
        codec = declared[0] if declared and declared[0] not in SILENT else "utf-8"
        words = Text("没有 ASCII 以外的字符", "no characters beyond ASCII")
        return Verdict(_encoding(codec, words, claims, True, plain), _lossy(plain), [codec])
    codec, words_or_none, guesses = _taken(pieces, declared)
    body = [_prefix(piece, codec) for piece in pieces]
    findings = _lossy([piece.decode(codec, "ignore") for piece in pieces] + plain)
    if words_or_none is None:
        findings.append(_undecided(guesses))
    else:
        findings += _contradicted(claims, codec) + _mojibake(body if codec == "utf-8" else [])
    words = words_or_none or Text("无法确定，按最可能的读取", "not decided; read as the likeliest")
    encoding = _encoding(codec, words, claims, words_or_none is not None, body + plain)
    return Verdict(encoding, findings, guesses)


def claims_of(cpg: bytes | None, language_byte: int) -> list[str]:
    """Return what a DBF says of its own encoding: the text of its .cpg and its language byte, in words."""
    claims = []
    word = (cpg or b"").decode("ascii", "ignore").strip("\0 \t\r\n")[:40]
    if word:
        claims.append(f".cpg: {word}")
    if language_byte in LANGUAGE_BYTES:
        claims.append(f"language byte 0x{language_byte:02X}: {LANGUAGE_BYTES[language_byte]}")
    return claims


def codec_of(claim: str) -> str | None:
    """Return Python's name of the codec a claim names (``.cpg: ANSI 936`` gives ``gbk``), None where it names none."""
    word = claim.rpartition(":")[2].strip().upper()
    for prefix in ("ANSI ", "OEM ", "CP", "WINDOWS-", "X-"):
        word = word.removeprefix(prefix)
    word = {"88591": "ISO-8859-1", "UTF8": "UTF-8"}.get(word, CODE_PAGES.get(word, word))
    for name in (word, f"cp{word}"):
        try:
            found = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        return found if found in CODECS else None
    return None


def without_cut_character(piece: bytes, codec: str) -> bytes:
    """Return a piece without the bytes of a character that was cut off at its end; other faults stay."""
    decoder = codecs.getincrementaldecoder(codec)("replace")
    decoder.decode(piece)
    pending = decoder.getstate()[0]
    return piece[: len(piece) - len(pending)] if pending else piece


def _distinct(texts: Iterable[bytes]) -> tuple[list[bytes], list[str]]:
    """Return the distinct pieces beyond ASCII, in order, and a few of pure ASCII as text."""
    pieces: dict[bytes, None] = {}
    plain: dict[str, None] = {}
    size = 0
    for text in texts:
        piece = text.strip(b"\0 ")
        if not piece.isascii():
            if piece not in pieces:
                pieces[piece] = None
                size += len(piece)
            if size > MOST_BYTES:
                break
        elif piece and len(plain) < SAMPLES:
            plain[piece.decode("ascii")] = None
    return list(pieces), list(plain)


def _taken(pieces: list[bytes], declared: Sequence[str]) -> tuple[str, Text | None, list[str]]:
    """Return the codec to read with, the evidence (None: undecided) and the guesses."""
    utf8, gb, big5 = (_reading(pieces, codec) for codec in ("utf-8", "gb18030", "big5"))
    common = gb.share(COMMON)
    figures = f"{common:.0%}"
    is_gb = gb.strict and common >= COMMON_SHARE
    if utf8.strict:
        # "联" in GBK is also two Arabic letters in UTF-8: where all characters are of two bytes, both may hold
        if not is_gb or any(c >= "\u0800" for c in utf8.letters) or _first(declared, "utf-8"):
            words = Text("全部字节符合严格的 UTF-8", "every byte is strict UTF-8")
            return "utf-8", words, ["utf-8"]
        if _first(declared, "gb18030"):
            return (
                "gb18030",
                Text("两种编码都可读，按声明取 GBK", "both fit; GBK as declared"),
                ["gb18030", "utf-8"],
            )
        return "gb18030", None, ["gb18030", "utf-8"]
    if is_gb:
        words = Text(
            f"不是 UTF-8；按 GB18030 全部可读，{figures} 为常用字",
            f"not UTF-8; all of it reads as GB18030, {figures} in common characters",
        )
        return "gb18030", words, ["gb18030"]
    if gb.strict and _first(declared, "gb18030") and gb.share(GB_2312 | COMMON) >= COMMON_SHARE:
        words = Text("声明为 GBK，按 GB18030 全部可读", "declared GBK, and all of it reads as GB18030")
        return "gb18030", words, ["gb18030"]
    big5_levels = {c for c in big5.letters if "\xa4\x40" <= c.encode("big5").decode("latin-1") < "\xc6\x7f"}
    big5_share = big5.share(frozenset(big5_levels))
    if big5.strict and _first(declared, "big5") and big5_share >= COMMON_SHARE:
        words = Text("声明为 Big5，且字节相符", "declared Big5, and the bytes agree")
        return "big5", words, ["big5"]
    scores = {"gb18030": gb.good * common, "utf-8": utf8.good * 0.9, "big5": big5.good * big5_share * 0.9}
    scores["cp1252"] = 0.3
    ranked = sorted(scores, key=lambda codec: -scores[codec])
    guesses = [codec for codec in ranked if scores[codec] >= 0.25]
    return guesses[0], None, guesses


def _first(declared: Sequence[str], family: str) -> bool:
    return bool(declared) and _family(declared[0]) == family


def _family(codec: str) -> str:
    if codec in ("gbk", "gb2312", "gb18030"):
        return "gb18030"
    return {"utf-8-sig": "utf-8", "big5hkscs": "big5", "cp950": "big5"}.get(codec, codec)


def _reading(pieces: Iterable[bytes], codec: str) -> _Reading:
    texts: list[str] = []
    total = 0
    for piece in pieces:
        total += 1
        try:
            texts.append(piece.decode(codec))
        except UnicodeDecodeError:
            try:
                texts.append(_prefix(piece, codec, "strict"))
            except UnicodeDecodeError:
                continue
    letters = Counter("".join(texts))
    for character in [c for c in letters if c.isascii()]:
        del letters[character]
    return _Reading(codec, len(texts) / total if total else 0.0, letters)


def _prefix(piece: bytes, codec: str, errors: str = "replace") -> str:
    """Decode a piece up to a character cut off at its end."""
    return codecs.getincrementaldecoder(codec)(errors).decode(piece)


def _encoding(
    codec: str, words: Text, claims: Sequence[str], certain: bool, texts: Iterable[str]
) -> Encoding:
    shown = [
        text.strip()[:SAMPLE_CHARACTERS] for text, _ in zip(_filled(texts), range(SAMPLES), strict=False)
    ]
    return Encoding(codec, words, list(claims), certain, shown)


def _filled(texts: Iterable[str]) -> Iterator[str]:
    return (text for text in texts if text.strip())


def _lossy(texts: Iterable[str]) -> list[Finding]:
    """Count pieces that lost characters: U+FFFD, its classical misreading, or nothing but question marks."""
    lost = 0
    for text in texts:
        bare = text.strip()
        lost += "\ufffd" in text or "锟斤拷" in text or (len(bare) > 1 and not bare.strip("?"))
    if not lost:
        return []
    zh = f"有 {lost} 处文字在来件之前已丢失（出现 U+FFFD、“锟斤拷”或“??”），无法恢复；请索取原始文件"
    en = f"{lost} texts were destroyed before they came here (U+FFFD or ??); ask for the original file"
    return [Finding("enc_lossy", "warning", zh, en, {"count": lost})]


def _undecided(guesses: list[str]) -> Finding:
    names = ", ".join(guesses)
    return Finding(
        "enc_undecided",
        "error",
        f"文字编码无法确定，可能为 {names}；请对照样例选定",
        f"the encoding of the text cannot be decided; it may be {names}; choose by the samples",
        {"guesses": guesses},
    )


def _contradicted(claims: Sequence[str], codec: str) -> list[Finding]:
    found = []
    for claim in claims:
        claimed = codec_of(claim)
        if claimed is not None and _family(claimed) != _family(codec):
            zh = f"文件自称 {claim}，与内容不符；按 {codec} 读取"
            en = f"the file says {claim}, which its bytes contradict; read as {codec}"
            found.append(Finding("enc_claim_wrong", "warning", zh, en, {"claim": claim, "codec": codec}))
    return found


def _mojibake(texts: list[str]) -> list[Finding]:
    """Find Chinese that was read as Latin-1 and saved as UTF-8: every letter is below U+0100 and reads as GBK."""
    if any(character > "\xff" for text in texts for character in text):
        return []
    reading = _reading([text.encode("latin-1") for text in texts], "gb18030")
    if not (reading.strict and reading.letters.total() > 1 and reading.share(COMMON) >= COMMON_SHARE):
        return []
    meant = _prefix(texts[0].encode("latin-1"), "gb18030")[:SAMPLE_CHARACTERS]
    zh = f"文字像是 GBK 被误作 Latin-1 后另存的乱码（{texts[0][:20]!r} 本应为“{meant}”）；请索取原始文件"
    en = f"the text looks like GBK read as Latin-1 and saved again ({texts[0][:20]!r} was {meant!r})"
    return [Finding("enc_mojibake", "warning", zh, en, {"sample": meant})]
