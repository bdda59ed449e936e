"""A text file of unknown encoding, read twice: once over its bytes to decide, then as text, a block at a time."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

import pyarrow as pa

from etl.sources.encoding import MARKS, Verdict, codec_of, decide
from etl.sources.model import Encoding, Finding
from etl.sources.refusals import encoding_unknown, unreadable
from layers.model import Text

BLOCK = 1 << 20
UTF8 = ("utf-8", "utf-8-sig", "ascii")
REPLACEMENT = "\ufffd"
LONGEST_LINE = 16 << 20
NAMED_BY_MARK = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
LINES_FOR_VERDICT = 4 << 20


class PlainText:
    """A text file. ``simple``: no quotes, no NUL, no blank line between others, so that a line is a row.

    Raises:
        BadFile: the encoding that the officer named does not fit, or is none (code ``encoding_undecided``).
    """

    def __init__(self, path: Path, file: str, declared: str | None) -> None:
        self.path, self.file = path, file
        self.lines = 0
        self.simple = True
        self._lost = 0
        self._strict = declared is not None
        self._utf8 = True
        pieces = self._scan()
        verdict = self._declared(declared, pieces) if declared else self._decided(pieces)
        self.encoding: Encoding = verdict.encoding
        self.findings: list[Finding] = verdict.findings
        self._codec = verdict.encoding.name

    def open_text(self) -> TextIO:
        """Return the file as text, line ends as they are.

        Raises:
            BadFile: later, while reading: bytes that are not of the encoding the officer named.
        """
        return io.TextIOWrapper(io.BufferedReader(_Utf8(self), BLOCK), encoding="utf-8", newline="")

    def open_bytes(self) -> BinaryIO | pa.NativeFile:
        """Return the file as bytes of UTF-8 without a mark."""
        if self._utf8 and self._codec in UTF8:
            stream = self.path.open("rb")
            if stream.read(3) != codecs.BOM_UTF8:
                stream.seek(0)
            return stream
        return pa.PythonFile(_Utf8(self), mode="r")

    def decoded(self) -> Iterator[str]:
        """Yield the text block by block, without a mark."""
        decoder = codecs.getincrementaldecoder(self._codec)("strict" if self._strict else "replace")
        first, self._lost = True, 0
        with self.path.open("rb") as stream:
            while True:
                block = stream.read(BLOCK)
                try:
                    text = decoder.decode(block, final=not block)
                except UnicodeDecodeError as error:
                    raise encoding_unknown(self.file, self._codec) from error
                self._lost += text.count(REPLACEMENT)
                yield text.removeprefix("\ufeff") if first else text
                first = False
                if not block:
                    return

    def late_findings(self) -> list[Finding]:
        """Return what only the whole text shows: characters that could not be decoded."""
        if not self._lost or any(finding.code == "enc_lossy" for finding in self.findings):
            return []
        return [
            Finding(
                "enc_bad_bytes",
                "warning",
                f"{self._lost} 处文字不符合所定编码 {self._codec}，以 � 代替",
                f"{self._lost} places are not of the encoding taken ({self._codec}); shown with �",
                {"count": self._lost, "encoding": self._codec},
            )
        ]

    def _scan(self) -> list[bytes]:
        """Go over the bytes once: is it UTF-8, is it simple, how many lines; and keep lines beyond ASCII."""
        utf8 = codecs.getincrementaldecoder("utf-8")("strict")
        kept: list[bytes] = []
        size, tail, blank_before = 0, b"", False
        with self.path.open("rb") as stream:
            while block := stream.read(BLOCK):
                if self._utf8:
                    try:
                        utf8.decode(block)
                    except UnicodeDecodeError:
                        self._utf8 = False
                block = tail + block
                end = block.rfind(b"\n") + 1
                whole, tail = block[:end], block[end:]
                if len(tail) > LONGEST_LINE:
                    raise unreadable(
                        self.file, "有超长的行，不是文字表格", "it has endless lines, so it is no table"
                    )
                if blank_before and whole.strip():
                    self.simple = False
                blank_before = self._look(whole) or (blank_before and not whole.strip())
                if size < LINES_FOR_VERDICT and not whole.isascii():
                    lines = [line for line in whole.split(b"\n") if not line.isascii()]
                    kept += lines
                    size += sum(map(len, lines))
        if tail:
            self.lines += 1
            self.simple = self.simple and not blank_before and b'"' not in tail and b"\0" not in tail
            kept += [tail] if not tail.isascii() else []
        self._utf8 = self._utf8 and not utf8.getstate()[0]
        return kept or [tail]

    def _look(self, whole: bytes) -> bool:
        """Look at some whole lines; return whether they end in a blank line, which is harmless at the end only."""
        self.lines += whole.count(b"\n")
        core = whole.rstrip(b"\r\n")
        blank = any(mark in core for mark in (b"\n\n", b"\n\r\n")) or core[:1] in (b"\n", b"\r")
        alone = core.count(b"\r") != core.count(b"\r\n")
        self.simple = self.simple and not (blank or alone or b'"' in core or b"\0" in core)
        ends = whole[len(core) :].count(b"\n")
        self.lines -= max(0, ends - 1)
        return ends > 1

    def _decided(self, pieces: list[bytes]) -> Verdict:
        with self.path.open("rb") as stream:
            head = stream.read(4)
        for mark, codec in MARKS:
            if head.startswith(mark):
                self.simple = self.simple and codec != "utf-16"
                with self.path.open("rb") as stream:
                    text = codecs.getincrementaldecoder(codec)("replace").decode(stream.read(BLOCK))
                return decide(mark + text.encode(NAMED_BY_MARK[mark]))
        verdict = decide(pieces)
        if self._utf8 and verdict.encoding.name not in UTF8:  # the whole text is the better witness
            return decide([piece for piece in pieces if _decodes(piece)])
        return verdict

    def _declared(self, declared: str, pieces: list[bytes]) -> Verdict:
        codec = codec_of(declared)
        if codec is None:
            raise encoding_unknown(self.file, declared[:40])
        codec = {"gbk": "gb18030", "gb2312": "gb18030", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(
            codec, codec
        )
        self.simple = self.simple and codec != "utf-16"
        words = Text(f"由操作人员指定为 {declared}", f"{declared}, as the officer decided")
        samples = [piece.decode(codec, "replace").strip()[:80] for piece in pieces[:5]]
        return Verdict(Encoding(codec, words, [declared], True, samples), [], [codec])


class _Utf8(io.RawIOBase):
    """The decoded text as a stream of UTF-8 bytes."""

    def __init__(self, text: PlainText) -> None:
        self._blocks = text.decoded()
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        while not len(self._rest):
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block.encode("utf-8", "replace"))
        count = min(len(target), len(self._rest))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _decodes(piece: bytes) -> bool:
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
