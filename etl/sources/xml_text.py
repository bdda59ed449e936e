"""XML that defines entities is refused before any parser sees it: a few lines of it unfold to gigabytes."""

from __future__ import annotations

from collections.abc import Iterable

from etl.sources.refusals import unreadable
from layers.errors import BadFile

FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
OVERLAP = max(map(len, FORBIDDEN)) - 1


def entities_refused(file: str) -> BadFile:
    """Return the refusal of XML that declares entities."""
    return BadFile(
        f"{file} 的 XML 含 DOCTYPE 或实体定义，可能是攻击文件，拒绝读取；请从原软件重新导出",
        f"{file}: its XML declares a DOCTYPE or entities, as attacks do; refused. Export it again",
        code="xml_entities",
        file=file,
    )


def check_xml(blocks: Iterable[bytes], file: str) -> None:
    """Look through an XML document for declarations of entities.

    Raises:
        BadFile: there are some (code ``xml_entities``), or the text is UTF-16 or UTF-32 and could hide them.
    """
    tail, first = b"", True
    for block in blocks:
        if first and (b"\0" in block[:4] or block[:2] in (b"\xff\xfe", b"\xfe\xff")):
            raise unreadable(file, "XML 应为 UTF-8 编码", "its XML must be UTF-8")
        first = False
        window = (tail + block).upper()
        if any(word in window for word in FORBIDDEN):
            raise entities_refused(file)
        tail = window[-OVERLAP:]
