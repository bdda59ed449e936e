"""The first words of a warning, out of what is known of the incident and its place; people change them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.around.result import AroundAnswer
from layers.model import Json, Text
from layers.region import BEIJING

EVENTS = {
    "chemical": Text("危险化学品泄漏", "chemical release"),
    "fire": Text("火灾", "fire"),
    "flood": Text("洪涝", "flood"),
    "typhoon": Text("台风", "typhoon"),
    "geology": Text("地质灾害", "landslide"),
    "earthquake": Text("地震", "earthquake"),
}
ANY_EVENT = Text("突发事件", "emergency")
COLOURS = {
    "red": Text("红色", "red"),
    "orange": Text("橙色", "orange"),
    "yellow": Text("黄色", "yellow"),
    "blue": Text("蓝色", "blue"),
}
ADVICE = {
    "chemical": Text(
        "请立即向侧风或上风方向撤离，不能撤离的关闭门窗，不要靠近现场。",
        "Leave at once across or against the wind; who cannot, closes doors and windows. Keep away.",
    ),
}
ANY_ADVICE = Text(
    "请立即离开影响范围，服从现场指挥，不要靠近现场。",
    "Leave the area at once, follow the instructions of those in charge, keep away from the scene.",
)
NAMED = 20
SHELTERS = 3


def _join(names: Sequence[str], mark: str, rest: str) -> str:
    shown = mark.join(names[:NAMED])
    return shown + rest.format(n=len(names)) if len(names) > NAMED else shown


def first_texts(incident: Json, colour: str, seen: AroundAnswer, places: Sequence[Json], sender: str) -> Json:
    """Write headline, description and instruction in both languages."""
    event = EVENTS.get(incident["hazard"] or "", ANY_EVENT)
    level = COLOURS[colour]
    when = incident["happened_at"].astimezone(BEIJING)
    names = [one["name"] for one in places]
    english = [one["name_en"] or one["name"] for one in places]
    people = seen.footprint.people
    about = f"约 {people:,} 人" if people is not None else "人数无数据"
    about_en = f"about {people:,} people" if people is not None else "number of people not known"
    area = f"{seen.footprint.area_km2:.1f} km²"
    title = incident["title"]
    shelters = [one.name for one in seen.shelters.items[:SHELTERS]]
    advice = ADVICE.get(incident["hazard"] or "", ANY_ADVICE)
    told, told_en = advice.zh, advice.en
    if shelters:
        told += f"可前往：{'、'.join(shelters)}。"
        told_en += f" Shelters: {', '.join(shelters)}."
    where, where_en = _join(names, "、", " 等 {n} 处"), _join(english, ", ", " and others, {n} in all")
    return {
        "event": event.zh,
        "event_en": event.en,
        "senderName": sender,
        "senderName_en": sender,
        "headline": f"{event.zh}{level.zh}预警：{names[0] if names else ''}{title}",
        "headline_en": f"{level.en.capitalize()} warning, {event.en}: {english[0] if english else ''}",
        "description": (
            f"{_clock(when)}，{where}发生{event.zh}{f'（{title}）' if title else ''}。"
            f"影响范围约 {area}，{about}。"
        ),
        "description_en": (
            f"{event.en.capitalize()} since {when:%Y-%m-%d %H:%M} (Beijing time)"
            f"{f' in {where_en}' if where_en else ''}; about {area}, {about_en}."
        ),
        "instruction": told,
        "instruction_en": told_en,
    }


def _clock(moment: datetime) -> str:
    return f"{moment.year} 年 {moment.month} 月 {moment.day} 日 {moment:%H:%M}"
