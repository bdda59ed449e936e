"""Lines in a sheet or a text that are no data: sums, who filled the form in, notes. They are kept, as bad rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.sources.geometry import Geometries

FAULT = "not_a_row"
SHOWN = 60
_GAP = r"[ \t\x{3000}\x{a0}]*"  # as RE2 writes characters; 合　计 is how forms space it
_SPACED = "|".join(_GAP.join(word) for word in ("合计", "总计", "小计", "共计", "累计"))
_PATTERN = (
    rf"^{_GAP}(?:(?:本页|全县|全市|全区|全省)?(?:{_SPACED})"
    r"|填[表报](?:人|单位|日期|时间|说明)|制表|审核人|复核人|单位负责人|分管领导|数据来源|资料来源"
    r"|(?:注|备注|说明|附注|负责人|联系人|联系电话|电话|日期|审核|复核|经办人|盖章)(?:[0-9一二三])?[:：]"
    r"|(?i:total|subtotal|sum|notes?|source)\b)"
)
_REMARK = re.compile(_PATTERN.replace(r"\x{3000}\x{a0}", "\u3000\u00a0"))


def is_remark(cells: Sequence[str]) -> bool:
    """Whether a row begins as a line of sums or notes does."""
    first = next((cell for cell in cells if cell.strip()), "")
    return _REMARK.match(first) is not None


def mark_remarks(columns: Sequence[pa.Array], points: Geometries) -> None:
    """Give the fault ``not_a_row:<its first cell>`` to rows that have no place and begin as sums or notes do."""
    if not columns or not points.wkb.null_count:
        return
    first = pc.coalesce(*columns)
    found = pc.and_(points.wkb.is_null(), pc.fill_null(pc.match_substring_regex(first, _PATTERN), False))
    for row in np.flatnonzero(found.to_numpy(zero_copy_only=False)).tolist():
        points.faults[row] = f"{FAULT}:{first[row].as_py().strip()[:SHOWN].replace(';', ',')}"
