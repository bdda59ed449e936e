"""What a validation by pydantic found, said in both languages: pydantic itself speaks English only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

SAID = {
    "missing": "缺少这一项",
    "missing_argument": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "unexpected_keyword_argument": "没有这一项",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "整数过大",
    "int_from_float": "应为整数，不能有小数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "string_type": "应为文字",
    "string_unicode": "文字含有无效字符",
    "string_sub_type": "应为文字",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不符（{pattern}）",
    "bytes_type": "应为文件或字节",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "multiple_of": "应为 {multiple_of} 的倍数",
    "literal_error": "应为其中之一：{expected}",
    "enum": "应为其中之一：{expected}",
    "union_tag_invalid": "应为其中之一：{expected_tags}",
    "union_tag_not_found": "缺少 {discriminator}",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "set_type": "应为列表",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "dict_type": "应为键与值的对象",
    "mapping_type": "应为键与值的对象",
    "model_type": "应为键与值的对象",
    "model_attributes_type": "应为键与值的对象",
    "none_required": "应为空",
    "date_type": "应为日期，如 2026-08-01",
    "date_parsing": "应为日期，如 2026-08-01",
    "date_from_datetime_parsing": "应为日期，如 2026-08-01",
    "date_from_datetime_inexact": "应为日期，不带时刻",
    "datetime_type": "应为日期和时刻，如 2026-08-01T08:30:00+08:00",
    "datetime_parsing": "应为日期和时刻，如 2026-08-01T08:30:00+08:00",
    "datetime_object_invalid": "应为日期和时刻，如 2026-08-01T08:30:00+08:00",
    "datetime_from_date_parsing": "应为日期和时刻，如 2026-08-01T08:30:00+08:00",
    "timezone_aware": "时刻须带时区，如 +08:00",
    "json_type": "应为 JSON",
    "json_invalid": "不是有效的 JSON",
}
"""Sentences by pydantic's type of error; the braces are filled from its context."""
OTHER = "不符合要求（{said}）"


@dataclass(frozen=True)
class WrongValue:
    """``field`` as a dotted path (``sites.0.lon``), empty for the whole; what is wrong with its value."""

    field: str
    zh: str
    en: str


def wrong_values(errors: Sequence[ErrorDetails | dict[str, Any]], skip: int = 0) -> list[WrongValue]:
    """Return what ``ValidationError.errors()`` holds; ``skip`` leading parts of each path are left away."""
    return [_wrong(error, skip) for error in errors]


def _wrong(error: ErrorDetails | dict[str, Any], skip: int) -> WrongValue:
    path = error["loc"][skip:] or error["loc"]
    said = str(error["msg"])
    known = SAID.get(error["type"])
    try:
        zh = known.format_map(_shown(error.get("ctx") or {})) if known else OTHER.format(said=said)
    except KeyError:  # another version of pydantic gives another context
        zh = OTHER.format(said=said)
    return WrongValue(".".join(str(part) for part in path), zh, said)


def _shown(context: dict[str, Any]) -> dict[str, Any]:
    """Limits are floats, and 0.0 is nobody's way to write 0; lists of what is allowed have an English word in them."""
    shown = {
        key: int(value) if isinstance(value, float) and value.is_integer() else value
        for key, value in context.items()
    }
    if "expected" in shown:
        shown["expected"] = str(shown["expected"]).replace(" or ", " 或 ")
    return shown
