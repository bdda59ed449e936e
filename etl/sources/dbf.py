"""DBF tables, the attributes of shapefiles: encoding decided on the bytes, types that hold for the whole table.

GDAL believes what the file says of its encoding and calls undeclared text Latin-1; this reader tests it. One pass
over the table decides the encoding and the type of each column; ``batches`` then reads it block by block, so memory
does not depend on the number of records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.sources.dbf_header import FOXPRO, Field, Header, read_header
from etl.sources.dbf_values import PARSERS, Cells, Tally, Unparsable, text
from etl.sources.encoding import Verdict, claims_of, codec_of, decide, without_cut_character
from etl.sources.model import Column, ColumnType, Encoding, Finding
from layers.errors import BadFile, BadInput
from layers.model import Text

BATCH_ROWS = 65_536
BATCH_BYTES = 8 << 20  # more would only miss the cache
SAMPLED_ROWS = 1000  # of the whole table, spread over it, for the encoding
DELETED = ord("*")
TYPES: dict[str, ColumnType] = {
    "text": "text",
    "nothing": "text",
    "integer": "integer",
    "int32": "integer",
    "decimal": "decimal",
    "double": "decimal",
    "currency": "decimal",
    "boolean": "boolean",
    "date": "date",
    "moment": "datetime",
}


@dataclass(frozen=True)
class Batch:
    """Consecutive records. ``columns`` hold all of them, deleted ones as nulls, so that they pair with the .shp.

    ``first`` is the number of the first record, counted from 1; ``kept`` is False where a record is deleted.
    """

    first: int
    kept: NDArray[np.bool_]
    columns: tuple[pa.Array, ...]


@dataclass
class _Plan:
    """How one field is read: ``kind`` names a parser of dbf_values, ``text`` or ``nothing``."""

    spec: Field
    kind: str
    tally: Tally = field(default_factory=Tally)
    junk: bool = False
    long: bool = False  # whole numbers that a double cannot hold

    @property
    def arrow_type(self) -> pa.DataType:
        return PARSERS[self.kind][1] if self.kind in PARSERS else pa.string()


class Dbf:
    """A DBF table: ``columns``, ``rows`` (records, deleted ones too), ``encoding``, ``findings``, ``batches``.

    Records keep their physical number, because the n-th record of the .dbf belongs to the n-th shape.
    ``findings`` is complete after the last batch.

    Raises:
        BadFile: ``empty_file``, ``unreadable``, ``header_lies`` (see dbf_header).
        BadInput: ``encoding_unknown``, an encoding nobody knows was asked for.
    """

    def __init__(self, path: Path, encoding: str | None = None, claims: Sequence[str] = ()) -> None:
        """Open a table. ``encoding`` is the officer's word and wins; ``claims`` add to the .cpg beside the file."""
        self.path = path
        self.header: Header = read_header(path)
        self.rows = self.header.rows
        self.batch_rows = max(1, min(BATCH_ROWS, BATCH_BYTES // self.header.record_bytes))
        self._plans = [_Plan(f, _declared_kind(f, self.header.version)) for f in self.header.fields]
        samples = self._first_pass()
        self._verdict = self._decided(encoding, [*claims, *self._claims()], samples)
        self.encoding: Encoding = self._verdict.encoding
        self._codec = self.encoding.name
        self.columns: list[Column] = self._named()

    @property
    def findings(self) -> list[Finding]:
        """What there is to tell of the table so far."""
        found = [*self._verdict.findings, *self._name_findings]
        if self.header.rows_behind > 0:
            n = self.header.rows_behind
            zh, en = (
                f"文件尾部还有 {n} 条记录未计入表头，没有读取",
                f"{n} more records than the header counts; not read",
            )
            found.append(Finding("rows_behind", "warning", zh, en, {"count": n}))
        for plan, column in zip(self._plans, self.columns, strict=True):
            found += _column_findings(plan, column.name)
        return found

    def batches(self, size: int | None = None) -> Iterator[Batch]:
        """Read all records in order, ``size`` at a time (default: ``batch_rows``, which bounds the memory)."""
        for first, block in self._blocks(size or self.batch_rows):
            kept = block[:, 0] != DELETED
            columns = tuple(self._column(plan, block, kept) for plan in self._plans)
            yield Batch(first + 1, kept, columns)

    def _blocks(self, size: int) -> Iterator[tuple[int, Cells]]:
        """Yield (records before, records as bytes), in one buffer; deleted records are blanked behind their flag."""
        record = self.header.record_bytes
        with self.path.open("rb", buffering=0) as file:
            file.seek(self.header.header_bytes)
            content = np.empty(min(size, self.rows) * record, np.uint8)
            for first in range(0, self.rows, size):
                wanted = min(size, self.rows - first) * record
                if _filled(file, content[:wanted].data) != wanted:
                    raise BadFile(
                        f"{self.path.name} 在读取时变短了",
                        f"{self.path.name} became shorter while it was read",
                        code="unreadable",
                        file=self.path.name,
                    )
                block = content[:wanted].reshape(-1, record)
                gone = block[:, 0] == DELETED
                if gone.any():
                    block[gone, 1:] = ord(" ")
                yield first, block

    def _column(self, plan: _Plan, block: Cells, kept: NDArray[np.bool_]) -> pa.Array:
        if plan.kind == "nothing":
            return pa.nulls(len(block), pa.string())
        cells = _cells(plan.spec, block)
        if plan.kind == "text":
            return text(cells, self._codec, plan.tally)
        values = PARSERS[plan.kind][0](cells, Tally())
        if plan.spec.letter in "IBYT" and not kept.all():
            values = pc.if_else(pa.array(kept), values, pa.scalar(None, plan.arrow_type))
        return values

    def _first_pass(self) -> list[bytes]:
        """Settle the type of every column and gather texts for the encoding."""
        samples: dict[bytes, None] = {}
        beyond = False
        step = max(1, self.rows // SAMPLED_ROWS)
        for _, block in self._blocks(self.batch_rows):
            for plan in self._plans:
                if plan.kind == "text":
                    start, width = plan.spec.start, plan.spec.width
                    pieces = _pieces(block[::step, start : start + width])
                    if not beyond and all(map(bytes.isascii, pieces)):
                        pieces += _beyond_ascii(_cells(plan.spec, block))  # the verdict must not rest on luck
                    samples.update(dict.fromkeys(pieces))
                    beyond = beyond or not all(map(bytes.isascii, pieces))
                elif plan.kind in PARSERS:
                    self._try(plan, block)
        return list(samples)

    def _try(self, plan: _Plan, block: Cells) -> None:
        """Parse one block of a column; on failure the column becomes decimal or text."""
        cells = _cells(plan.spec, block)
        try:
            values = PARSERS[plan.kind][0](cells, plan.tally)
            plan.long = plan.long or (plan.kind == "integer" and not _fits_double(values))
        except Unparsable:
            if plan.kind == "integer" and not plan.long and _is_decimal(cells, plan.tally):
                plan.kind = "decimal"
            else:
                plan.kind, plan.junk, plan.tally = "text", True, Tally()

    def _claims(self) -> list[str]:
        beside = [p for p in self.path.parent.glob(f"{self.path.stem}.*") if p.suffix.lower() == ".cpg"]
        content = beside[0].read_bytes()[:100] if beside and beside[0].is_file() else None
        return claims_of(content, self.header.language_byte)

    def _decided(self, wanted: str | None, claims: list[str], samples: list[bytes]) -> Verdict:
        names = [f.name for f in self.header.fields]
        verdict = decide([*samples, *names], claims)
        if not verdict.encoding.certain:
            alone = decide(samples, claims)  # names may be in another encoding than the rows
            verdict = alone if alone.encoding.certain and not all(map(bytes.isascii, samples)) else verdict
        if wanted is None:
            return verdict
        codec = codec_of(wanted)
        if codec is None:
            raise BadInput(
                f"不认识编码 {wanted[:40]!r}；可用 UTF-8、GB18030、Big5 等",
                f"no encoding is called {wanted[:40]!r}; use UTF-8, GB18030, Big5 ...",
                code="encoding_unknown",
                encoding=wanted[:40],
            )
        codec = {"gbk": "gb18030", "gb2312": "gb18030"}.get(codec, codec)
        words = Text(f"由操作人员指定为 {wanted}", f"{wanted}, as the officer decided")
        shown = [s.decode(codec, "replace").strip() for s in samples if not s.isascii()][:5]
        encoding = Encoding(codec, words, claims, True, shown or verdict.encoding.samples)
        return Verdict(encoding, [f for f in verdict.findings if f.code == "enc_lossy"], [codec])

    def _named(self) -> list[Column]:
        """Decode the names of the fields; mend those cut mid-character, number those that come twice."""
        self._name_findings: list[Finding] = []
        columns: list[Column] = []
        taken: set[str] = set()
        for number, plan in enumerate(self._plans, 1):
            decoded, recovered = self._name(plan.spec.name)
            name = decoded.strip() or f"field_{number}"
            unique, n = name, 1
            while unique in taken:
                n += 1
                unique = f"{name}_{n}"
            taken.add(unique)
            columns.append(Column(unique, TYPES[plan.kind], recovered=recovered))
        return columns

    def _name(self, name: bytes) -> tuple[str, bool]:
        """Return the name as text, and whether half a character had to be taken off."""
        for codec in (self._codec, decide([name]).encoding.name):
            whole = without_cut_character(name, codec)
            try:
                decoded = whole.decode(codec)
            except UnicodeDecodeError:
                continue
            if codec != self._codec:
                self._name_findings.append(_other_encoding(decoded, codec, self._codec))
            return decoded, whole != name
        return name.decode(self._codec, "replace"), False


def _other_encoding(decoded: str, other: str, taken: str) -> Finding:
    zh = f"字段名“{decoded}”的编码（{other}）与内容（{taken}）不同"
    en = f"the field name {decoded!r} is in {other}, the rows in {taken}"
    return Finding("field_name_encoding", "warning", zh, en, {"field": decoded})


def _declared_kind(field: Field, version: int) -> str:
    """Return how a field is read by its letter; letters with two meanings go by the program that wrote the table."""
    foxpro = version in FOXPRO
    if field.width == 0:
        return "nothing"
    if field.letter in "NF":
        return "decimal" if field.decimals or field.letter == "F" else "integer"
    binary = {"I": "int32"}
    if foxpro:
        binary |= {"B": "double", "Y": "currency", "T": "moment"}
    known = {"C": "text", "L": "boolean", "D": "date", **binary}
    return known.get(field.letter, "nothing")


def _cells(field: Field, block: Cells) -> Cells:
    return block[
        :, field.start : field.start + field.width
    ].copy()  # the block is overwritten by the next one


def _pieces(cells: Cells) -> list[bytes]:
    return [piece for row in cells if (piece := row.tobytes().strip(b" \0"))]


def _beyond_ascii(cells: Cells) -> list[bytes]:
    """Return the texts of a column that go beyond ASCII, at most SAMPLED_ROWS of them."""
    if not (cells & 0x80).any():
        return []
    rows = np.flatnonzero((cells & 0x80).any(axis=1))
    return _pieces(cells[rows[:: max(1, len(rows) // SAMPLED_ROWS)]])


def _is_decimal(cells: Cells, tally: Tally) -> bool:
    """Say whether a column declared whole has fractions; numbers too long for 64 bits are identifiers, so text."""
    try:
        values = PARSERS["decimal"][0](cells, tally)
    except Unparsable:
        return False
    return _fits_double(values)


def _fits_double(values: pa.Array) -> bool:
    ends = pc.min_max(values).as_py()
    return ends["min"] is None or -(2**53) < ends["min"] <= ends["max"] < 2**53


def _filled(file: FileIO, view: memoryview) -> int:
    got = 0
    while got < len(view) and (n := file.readinto(view[got:])):
        got += n
    return got


def _column_findings(plan: _Plan, name: str) -> list[Finding]:
    tally, found = plan.tally, []
    told = (
        (
            "text_cut",
            tally.cut,
            "处文字在字段宽度处被截断于半个汉字，已去掉半个字",
            "texts end in half a character, removed",
        ),
        (
            "enc_bad_bytes",
            tally.bad,
            "处文字不符合所定编码，以 � 代替",
            "texts are not of the encoding taken; shown with �",
        ),
        ("text_nul", tally.nul, "处文字含 NUL 字符，已去掉", "texts had NUL characters, removed"),
        (
            "number_overflow",
            tally.overflow,
            "个数值写不下（****）或无效，按空值读取",
            "numbers overflowed (****); read as empty",
        ),
    )
    for code, count, zh, en in told:
        if count:
            found.append(
                Finding(
                    code,
                    "warning",
                    f"{name}：{count} {zh}",
                    f"{name}: {count} {en}",
                    {"field": name, "count": count},
                )
            )
    if plan.junk:
        zh, en = (
            f"{name} 声明为数值、日期或逻辑型，内容却不全是，整列按文字读取",
            f"{name} holds other things than its type says; read as text",
        )
        found.append(Finding("column_as_text", "warning", zh, en, {"field": name}))
    if plan.kind == "nothing" and plan.spec.width:
        zh, en = (
            f"{name} 是备注或二进制字段（{plan.spec.letter}），没有读取",
            f"{name} is a memo or binary field ({plan.spec.letter}), not read",
        )
        found.append(Finding("field_unread", "warning", zh, en, {"field": name}))
    return found
