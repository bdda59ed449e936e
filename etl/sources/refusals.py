"""The refusals that several formats share, each a sentence in Chinese and one in English."""

from __future__ import annotations

from collections.abc import Sequence

from layers.errors import BadFile


def unreadable(file: str, zh: str = "文件损坏或不完整", en: str = "it is damaged or incomplete") -> BadFile:
    """Return the refusal of a file that no reader understands."""
    return BadFile(f"{file} 无法读取：{zh}", f"{file} cannot be read: {en}", code="unreadable", file=file)


def empty(file: str) -> BadFile:
    """Return the refusal of a file without content."""
    return BadFile(f"{file} 是空文件", f"{file} is empty", code="empty_file", file=file)


def not_what_it_says(file: str, suffix: str) -> BadFile:
    """Return the refusal of a file whose first bytes are of another format than its extension."""
    return BadFile(
        f"{file} 的内容不是 {suffix} 格式，可能改过扩展名或已损坏；请重新导出",
        f"{file} is not what its extension {suffix} says: it was renamed or is damaged; export it again",
        code="not_what_it_says",
        file=file,
    )


def unknown_format(file: str, suffix: str, known: Sequence[str]) -> BadFile:
    """Return the refusal of an extension that is not on the list."""
    return BadFile(
        f"{file}：不支持的扩展名 {suffix!r}，可用：{'、'.join(known)}",
        f"{file}: extension {suffix!r} is not supported; use one of {', '.join(known)}",
        code="unknown_format",
        file=file,
    )


def table_unclear(file: str, names: Sequence[str], wanted: str | None = None) -> BadFile:
    """Return the refusal to choose among several tables, or to find one that is not there."""
    listed = "、".join(names[:20]) or "无"
    if wanted is None:
        zh = f"{file} 里有 {len(names)} 个表（{listed}），请指定一个"
        en = f"{file} has {len(names)} tables ({', '.join(names[:20]) or 'none'}); name one"
    else:
        zh = f"{file} 里没有表 {wanted!r}；现有：{listed}"
        en = f"{file} has no table {wanted!r}; there are: {', '.join(names[:20]) or 'none'}"
    return BadFile(zh, en, code="table_unclear", file=file, table=wanted, tables=list(names[:200]))


def too_slow(file: str, seconds: float) -> BadFile:
    """Return the refusal of a file that takes longer than a load may."""
    return BadFile(
        f"读取 {file} 超过 {seconds:.0f} 秒的上限，已停止；请拆分文件或简化图形",
        f"reading {file} took more than {seconds:.0f} s and was stopped; split the file or simplify its shapes",
        code="too_slow",
        file=file,
    )


def too_much_memory(file: str) -> BadFile:
    """Return the refusal of a file that needs more memory than a load may have."""
    return BadFile(
        f"读取 {file} 需要的内存超过上限，已停止；请拆分文件或简化图形",
        f"reading {file} needs more memory than allowed and was stopped; split the file or simplify its shapes",
        code="too_much_memory",
        file=file,
    )


def too_many_rows(file: str, most: int) -> BadFile:
    """Return the refusal of a table with more rows than a load may have."""
    return BadFile(
        f"{file} 超过 {most:,} 行的上限；请拆分文件",
        f"{file} has more than {most:,} rows; split the file",
        code="too_many_rows",
        file=file,
    )


def encoding_unknown(file: str, encoding: str) -> BadFile:
    """Return the refusal of text that does not decode the way the officer said."""
    return BadFile(
        f"{file} 的文字无法按 {encoding} 解读；请改选编码（UTF-8、GB18030 等）",
        f"{file}: the text does not decode as {encoding}; choose another (UTF-8, GB18030 ...)",
        code="encoding_undecided",
        file=file,
        encoding=encoding,
    )
