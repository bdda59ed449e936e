"""A warning as a CAP 1.2 message (OASIS Common Alerting Protocol): two blocks of information, zh-CN and en."""

from __future__ import annotations

import re
from datetime import datetime
from xml.etree import ElementTree as ET

from layers.model import Json
from layers.region import BEIJING

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
EXERCISE, ACTUAL = "Exercise", "Actual"
CATEGORY = {
    "chemical": "CBRNE",
    "fire": "Fire",
    "flood": "Met",
    "typhoon": "Met",
    "geology": "Geo",
    "earthquake": "Geo",
}
SEVERITY = {"red": "Extreme", "orange": "Severe", "yellow": "Moderate", "blue": "Minor"}
"""Not confirmed by the department; the colour itself goes along as a parameter."""
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold at all, not even escaped."""
TEXTS = ("event", "senderName", "headline", "description", "instruction")


def stamp(moment: datetime) -> str:
    """Write a time as CAP wants it: whole seconds and a zone, never Z."""
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")


def cap_xml(warning: Json) -> str:
    """Return the message. Before a second person has approved it, its status is Exercise."""
    root = ET.Element("alert", xmlns=CAP)
    approved = warning["approved_at"] is not None
    head = {
        "identifier": warning["identifier"],
        "sender": warning["sender"],
        "sent": stamp(warning["approved_at"] or warning["drafted_at"]),
        "status": ACTUAL if approved else EXERCISE,
        "msgType": "Update" if warning["refers_to"] else "Alert",
        "scope": "Public",
        "note": None if approved else "Draft, not approved by a second person; not to be acted on",
        "references": warning["refers_to"],
    }
    _add(root, head)
    for language, suffix in (("zh-CN", ""), ("en", "_en")):
        _info(root, warning, language, suffix)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _info(root: ET.Element, warning: Json, language: str, suffix: str) -> None:
    info = ET.SubElement(root, "info")
    words = {name: warning["texts"][name + suffix] for name in TEXTS}
    before = {
        "language": language,
        "category": CATEGORY.get(warning["hazard"] or "", "Safety"),
        "event": words["event"],
        "responseType": "Execute",
        "urgency": "Immediate",
        "severity": SEVERITY[warning["colour"]],
        "certainty": "Observed",
        "effective": stamp(warning["drafted_at"]),
        "expires": stamp(warning["expires_at"]),
        **{name: words[name] for name in TEXTS[1:]},
    }
    _add(info, before)
    parameter = ET.SubElement(info, "parameter")
    _add(parameter, {"valueName": "colour", "value": warning["colour"]})
    area = ET.SubElement(info, "area")
    name = "name_en" if suffix else "name"
    named = (_legible(one[name] or one["name"]) for one in warning["area"]["places"])
    places = (", " if suffix else "、").join(filter(None, named))
    _add(area, {"areaDesc": places or words["event"]})
    for ring in warning["area"]["polygons"]:
        _add(area, {"polygon": " ".join(f"{lat:.5f},{lon:.5f}" for lon, lat in ring)})
    for one in warning["area"]["places"]:
        geocode = ET.SubElement(area, "geocode")
        _add(geocode, {"valueName": "GB/T 2260", "value": one["code"]})


def _add(parent: ET.Element, values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if text := _legible(value):
            ET.SubElement(parent, name).text = text


def _legible(text: str | None) -> str:
    return NO_XML.sub("", text or "").strip()
