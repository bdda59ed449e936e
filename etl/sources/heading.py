"""Which rows of a sheet or a text are its header: offices put titles above it, units beneath it, groups over parts.

The first row is the header unless it can be none: mostly empty, or a line of a form ("填报单位：…"). Then the first row
below that reads like names is taken: texts, and known as names of fields or standing over columns of numbers. Where no
row reads so, it stays the first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from etl.sources.coordinates import NAMES_BOTH, NAMES_X, NAMES_Y
from etl.sources.model import Finding, Heading, ReadOptions
from etl.sources.names import plain, unique_names, without_unit
from layers.errors import BadFile
from layers.model import Text

LOOKED_AT = 200
"""Rows among which the header is looked for."""
BENEATH, SHOWN_BELOW, LONGEST = 20, 5, 120
_LABEL = re.compile(r"[\u4e00-\u9fff（）()、\s]{2,12}[:：]")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_UNITS = frozenset(
    "单位 - / — 人 人次 名 户 个 处 座 栋 间 幢 条 张 床 辆 架 艘 台 套 件 项"
    " 元 万元 亿元 米 m 千米 公里 km 厘米 cm 毫米 mm"
    " ° 度 度分秒 平方米 m2 ㎡ m² 平方公里 平方千米 km2 km² 公顷 亩 立方米 m3 m³ 万立方米 吨 t 千克 公斤 kg 升 l %"
    " 年 月 日 天 小时 h 分 分钟 min 秒 s 米/秒 m/s km/h 级 百帕 hpa".split()
)
_SAYS_COLUMNS = frozenset(("栏次", "栏号", "列次", "列号"))
_COLUMNS_OF_WORDS = frozenset(("甲", "乙", "丙", "丁", "戊"))
"""Where a form numbers its columns, it says so first (栏次 1 2), or has these for its columns of words (甲 乙 1 2)."""
FEWEST_NUMBERED = 4
"""A row that only numbers columns has so many cells where it does not say what it is: fewer may be data."""


class Line(NamedTuple):
    """A row that holds something: rows read up to and with it, the line where it begins, its cells, trimmed."""

    read: int
    line: int
    cells: list[str]

    @property
    def filled(self) -> list[str]:
        """The cells that hold something."""
        return [cell for cell in self.cells if cell]


@dataclass(frozen=True)
class Header:
    """The names of the columns, how many rows come before the first of the data, and what there is to tell.

    ``recognised``: it is not the first row, or not that row alone.
    """

    names: list[str]
    skipped: int
    heading: Heading
    findings: list[Finding]
    recognised: bool


def read_header(file: str, lines: Sequence[Line], options: ReadOptions) -> Header:
    """Find the header among the first rows of a table, or take the rows that the officer named.

    Raises:
        BadFile: a named row that is none, or cannot be what it is said to be (code ``header_row_bad``).
    """
    words = frozenset({*map(plain, (*NAMES_X, *NAMES_Y, *NAMES_BOTH)), *options.known})
    look = _Look(lines, words)
    if options.header_row is not None:
        first, why = look.named(file, options.header_row), Text("由操作人员指定", "as the officer decided")
    else:
        first, why = look.first()
    names, last = look.names(first)
    if options.data_row is not None:
        last = look.before_data(file, first, last, options.data_row)
        names = look.names(first, asked=True)[0] if last > first else lines[first].cells
    else:
        while look.is_explained(last + 1):
            last += 1
    unique, findings = unique_names(file, names)
    heading = _heading(lines, first, last, why)
    recognised = last > 0
    if recognised:
        findings.insert(0, _finding(heading))
    return Header(unique, lines[last].read, heading, findings, recognised)


class _Look:
    """The first rows of a table, and what each may be."""

    def __init__(self, lines: Sequence[Line], words: Collection[str]) -> None:
        self._lines, self._words = lines, words
        self._width = max(len(line.filled) for line in lines)

    def first(self) -> tuple[int, Text]:
        """Return the place of the header's first row, and why it is that."""
        for at in range(len(self._lines)):
            if self._is_grouped(at):
                known = self._known(self._lines[at + 1].filled)
                return at, Text(
                    f"两行表头，下一行有 {known} 个已知字段名",
                    f"a header of two rows, with {known} known names in the second",
                )
            if self._can_be_title(at):
                continue
            if at == 0:
                break
            if (why := self._reads_like_names(at)) is not None:
                return at, why
        return 0, Text("第一行", "the first row")

    def named(self, file: str, row: int) -> int:
        """Return the place of the row that the officer named as the header."""
        for at, line in enumerate(self._lines):
            if line.line == row:
                if 2 * sum(map(_is_figure, line.filled)) < len(line.filled):
                    return at
                raise _refused(
                    file,
                    "header_row",
                    row,
                    "有一半以上是数字，不是表头",
                    "is half numbers or more and no header",
                )
        raise _refused(file, "header_row", row, "是空行或不存在", "is empty or does not exist")

    def before_data(self, file: str, first: int, last: int, row: int) -> int:
        """Return the place of the last row that is not data, when data begins in the row that the officer named."""
        if row <= self._lines[first].line:
            raise _refused(file, "data_row", row, "不在表头之下", "is not beneath the header")
        above = [at for at, line in enumerate(self._lines) if line.line < row]
        if len(above) == len(self._lines) and row > self._lines[-1].line + 1:
            raise _refused(file, "data_row", row, "之前已没有数据", "comes after the last row")
        return above[-1]

    def names(self, at: int, asked: bool = False) -> tuple[list[str], int]:
        """Return the names in a header, and the place of its last row: parts are told by their group where needed.

        ``asked``: the officer said that the header has more rows, so the second needs no name that is known.
        """
        if not self._is_grouped(at, asked):
            return self._lines[at].cells, at
        groups, parts = self._groups(at), self._lines[at + 1].cells
        names: list[str] = []
        for column, group in enumerate(groups):
            part = parts[column] if column < len(parts) else ""
            alone = parts.count(part) == 1 and self._is_known(part) and not self._is_known(group + part)
            names.append(part if not group or alone else f"{group}·{part}" if part else group)
        return names, at + 1

    def is_explained(self, at: int) -> bool:
        """Whether a row beneath the names holds their units, codes or numbers; data follows it."""
        if at + 1 >= len(self._lines):
            return False
        cells = self._lines[at].filled
        if _number_columns(cells):
            return True
        if all(cell.strip("()（）[]【】 ").casefold() in _UNITS for cell in cells):
            return self._stands_over_figures(at)
        return self._known(cells) >= 2 and _are_codes(cells) and not _are_codes(self._lines[at + 1].filled)

    def _can_be_title(self, at: int) -> bool:
        cells = self._lines[at].filled
        if self._known(cells) >= 2:
            return False
        return 2 * len(cells) <= self._width or _is_form(cells)

    def _reads_like_names(self, at: int) -> Text | None:
        cells = self._lines[at].filled
        figures, known = sum(map(_is_figure, cells)), self._known(cells)
        if known >= 2 and 3 * figures <= len(cells):
            return Text(
                f"{len(cells)} 格中有 {known} 个已知字段名",
                f"{known} of its {len(cells)} cells are known names",
            )
        repeated = len(cells) - len(set(cells))
        if not figures and not repeated and self._stands_over_figures(at):
            return Text(
                f"{len(cells)} 格都是文字，其下有数字列",
                f"its {len(cells)} cells are texts over columns of numbers",
            )
        return None

    def _is_grouped(self, at: int, asked: bool = False) -> bool:
        """Whether a row and the next are a header of two rows: parts only beneath groups, the rest one cell high."""
        if at + 2 > len(self._lines) - 1 or self._lines[at + 1].read != self._lines[at].read + 1:
            return False
        parts = self._lines[at + 1].cells
        groups = self._groups(at)
        if _is_form(self._lines[at].filled) or any(map(_is_figure, self._lines[at + 1].filled)):
            return False
        in_group = [column for column, part in enumerate(parts) if part and groups.count(groups[column]) > 1]
        alone = [column for column, group in enumerate(groups) if group and groups.count(group) == 1]
        is_high = all(column >= len(parts) or parts[column] in ("", groups[column]) for column in alone)
        known = self._known([*(parts[c] for c in in_group), *(groups[c] + parts[c] for c in in_group)])
        is_title = not alone or "" in groups  # it spans all names, or has gaps where a group has none
        return len(in_group) > 1 and is_high and not is_title and (asked or known > 0)

    def _groups(self, at: int) -> list[str]:
        """Return the name over each column: a merged cell holds it in its first column only."""
        heads, parts = self._lines[at].cells, self._lines[at + 1].cells
        groups: list[str] = []
        for column in range(max(len(heads), len(parts))):
            head = heads[column] if column < len(heads) else ""
            part = parts[column] if column < len(parts) else ""
            groups.append(head or (groups[-1] if groups and part else ""))
        return groups

    def _stands_over_figures(self, at: int) -> bool:
        below = self._lines[at + 1 : at + 1 + BENEATH]
        for column, cell in enumerate(self._lines[at].cells):
            values = [line.cells[column] for line in below if column < len(line.cells) and line.cells[column]]
            if cell and values and 2 * sum(map(_is_figure, values)) >= len(values):
                return True
        return False

    def _known(self, cells: Sequence[str]) -> int:
        return sum(map(self._is_known, cells))

    def _is_known(self, cell: str) -> bool:
        return plain(cell) in self._words or plain(without_unit(cell)) in self._words


def _is_figure(cell: str) -> bool:
    """Whether a cell is mostly digits: a number, a date, an angle, a telephone, a code."""
    bare = "".join(unicodedata.normalize("NFKC", cell).split())
    return 2 * sum(c.isdigit() for c in bare) > len(bare)


def _is_form(cells: Sequence[str]) -> bool:
    """Whether a row is a line of a form: words with a colon, and what was filled in."""
    return 2 * sum(bool(_LABEL.match(cell)) for cell in cells) >= len(cells)


def _are_codes(cells: Sequence[str]) -> bool:
    return all(_CODE.fullmatch(cell) for cell in cells)


def _number_columns(cells: Sequence[str]) -> bool:
    """Whether a row does no more than number the columns: 1, 2, 3 … without a gap, after words that say so."""
    bare = [unicodedata.normalize("NFKC", cell).strip(" ()[]").removesuffix(".0") for cell in cells]
    is_said = bare[0] in _SAYS_COLUMNS
    numbers = [cell for cell in bare[is_said:] if cell not in _COLUMNS_OF_WORDS]
    in_order = bare[len(bare) - len(numbers) :] == numbers  # words first
    counted = numbers == [str(n) for n in range(1, len(numbers) + 1)]
    return in_order and counted and len(numbers) >= 2 and (is_said or len(bare) >= FEWEST_NUMBERED)


def _heading(lines: Sequence[Line], first: int, last: int, why: Text) -> Heading:
    shown = [(one.line, " ".join(one.filled)[:LONGEST]) for one in lines[: last + 1 + SHOWN_BELOW]]
    begins = lines[last + 1].line if last + 1 < len(lines) else lines[last].line + 1
    return Heading(lines[first].line, begins, why, shown)


def _finding(heading: Heading) -> Finding:
    above, beneath = heading.above, heading.beneath
    zh = f"表头取第 {heading.row} 行（{heading.why.zh}），数据从第 {heading.data_row} 行起；不对就改选表头行"
    en = (
        f"row {heading.row} is taken as the header ({heading.why.en}), data begins in row {heading.data_row};"
        " choose another row if it is not"
    )
    if above:
        zh += f"。表头以上：{'；'.join(above)}"
        en += f". Above the header: {'; '.join(above)}"
    if beneath:
        zh += f"。表头之下、数据以上：{'；'.join(beneath)}"
        en += f". Between header and data: {'; '.join(beneath)}"
    return Finding("header_found", "info", zh, en, {"row": heading.row, "data_row": heading.data_row})


def _refused(file: str, field: str, row: int, zh: str, en: str) -> BadFile:
    said = {"header_row": ("表头行", "header row"), "data_row": ("数据起始行", "first row of the data")}[
        field
    ]
    return BadFile(
        f"{file} 的{said[0]}不能是第 {row} 行：它{zh}",
        f"{file}: row {row} cannot be the {said[1]}: it {en}",
        code="header_row_bad",
        file=file,
        field=field,
        row=row,
    )
