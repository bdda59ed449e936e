"""The answer in words: the place in the systems that people read out, and a summary to send on."""

from __future__ import annotations

import math
from functools import cache

import mgrs
from pyproj import Transformer

from layers.model import Json, Text

GK_CODE, GK_ZONE = 4528, 40  # CGCS2000, 3-degree zone 40: what the province's offices write


def readings_of_place(lon: float, lat: float) -> list[Json]:
    """Write a place (degrees) as offices, pilots and the army read it: minutes and seconds, Gauss-Krüger, MGRS."""
    east, north = _to_gk().transform(lon, lat)
    grid = mgrs.MGRS().toMGRS(lat, lon)
    texts = [
        Text(f"北纬 {_dms(lat)}，东经 {_dms(lon)}", f"{_dms(lat)} N, {_dms(lon)} E"),
        Text(
            f"高斯-克吕格 CGCS2000 {GK_ZONE} 带 东 {east:.0f} 北 {north:.0f}",
            f"Gauss-Krüger CGCS2000 zone {GK_ZONE}: E {east:.0f} N {north:.0f}",
        ),
        Text(f"MGRS {grid}", f"MGRS {grid}"),
    ]
    return [one.as_json() for one in texts]


@cache
def _to_gk() -> Transformer:
    return Transformer.from_crs(4490, GK_CODE, always_xy=True)


def whole(minutes: float) -> int:
    """Round as the page does: half a minute counts as one, so that every place says the same arrival."""
    return math.floor(minutes + 0.5)


def _dms(angle: float) -> str:
    tenths = round(abs(angle) * 36_000)
    degrees, rest = divmod(tenths, 36_000)
    minutes, seconds = divmod(rest, 600)
    return f"{degrees}°{minutes:02d}′{seconds / 10:04.1f}″"


def summary(found: Json) -> Text:
    """Write an answer as a few lines that can be sent on; every number is one of the answer's own."""
    zh, en = [], []
    for line in (_place, _zone, _people, _hazards, _rescue, _teams, _shelters, _dates):
        said = line(found)
        if said is not None:
            zh.append(said.zh)
            en.append(said.en)
    return Text("\n".join(zh), "\n".join(en))


def _place(found: Json) -> Text:
    areas = found["areas"]
    at = f"{found['lat']:.5f}, {found['lon']:.5f}"
    if areas:
        where = Text(" ".join(a["name"] for a in areas), ", ".join(a["name_en"] or a["name"] for a in areas))
    elif found["nearest"]:
        near = found["nearest"]
        km = near["distance_m"] / 1000
        where = Text(
            f"不在本省陆域内，最近为{near['name']}（{km:.1f} km）",
            f"not on the province's land; nearest {near['name']}, {km:.1f} km",
        )
    else:
        where = Text("行政区划未载入", "no areas are loaded")
    return Text(f"【位置】{where.zh}（{at}，WGS 84）", f"Place: {where.en} ({at}, WGS 84)")


def _zone(found: Json) -> Text | None:
    zone = found["worst_zone"]
    if zone is None:
        return None
    return Text(
        f"【风险】范围内最高：{zone['name']} {zone['word']['zh']}；{zone['because']['zh']}",
        f"Risk, the worst inside: {zone['name']} {zone['word']['en']}; {zone['because']['en']}",
    )


def _people(found: Json) -> Text:
    stricken = found["footprint"]
    if stricken["people"] is None:
        return Text("【影响人口】没有人口数据", "People inside: no data")
    people, km2, source = f"{stricken['people']:,}", f"{stricken['area_km2']:.1f}", stricken["people_source"]
    return Text(
        f"【影响人口】约 {people} 人（{km2} km²；{source['zh']}）",
        f"People inside: about {people} ({km2} km2; {source['en']})",
    )


def _hazards(found: Json) -> Text | None:
    rings = [one for one in found["rings"] if one["within_m"] <= 1000]
    if found["hazards"]["layer"] is None or not rings:
        return None
    ring = rings[-1]
    grades = {one["grade"]: one["count"] for one in ring["grades"]}
    inside, near_by = found["hazards"]["in_footprint"], ring["hazards"]
    red, orange = grades.get(1, 0), grades.get(2, 0)
    zh = f"【危险源】范围内 {inside} 处；1 km 内 {near_by} 处，其中重大 {red}、较大 {orange}"
    en = f"Hazard sources: {inside} inside; {near_by} within 1 km, {red} major, {orange} high"
    near = [one for one in found["hazards"]["items"] if one["distance_m"] <= ring["within_m"]]
    first = min(near, key=lambda one: (one["grade"] or 9, one["distance_m"]), default=None)
    if first is not None:
        zh += f"；最需关注 {first['name']}（{first['distance_m'] / 1000:.2f} km，{first['direction']['zh']}）"
        en += f"; watch {first['name']} ({first['distance_m'] / 1000:.2f} km {first['direction']['en']})"
    return Text(zh, en)


def _rescue(found: Json) -> Text | None:
    base = next(iter(found["rescue"]["bases"]), None)
    if base is None:
        return None
    km, clock = base["distance_m"] / 1000, base["on_scene"].strftime("%H:%M")
    start, total = whole(base["preparation_min"]), whole(base["total_min"])
    against = base["shortfall"]
    zh = f"【空中救援】{base['name']} {km:.0f} km，{start} + {total - start} = {total} 分，{clock} 到场"
    en = f"By air: {base['name']} {km:.0f} km, {start} + {total - start} = {total} min, on scene {clock}"
    return Text(
        zh + (f"；{against['zh']}" if against else ""), en + (f"; {against['en']}" if against else "")
    )


def _teams(found: Json) -> Text | None:
    team = next((one for one in found["rescue"]["teams"] if one["shortfall"] is None), None)
    if team is None:
        return None
    km, people = team["distance_m"] / 1000, team["people"]
    zh = f"【地面力量】{team['name']} 直线 {km:.1f} km" + (f"，{people} 人" if people is not None else "")
    en = f"On the ground: {team['name']} {km:.1f} km straight" + (
        f", {people} people" if people is not None else ""
    )
    return Text(zh, en)


def _shelters(found: Json) -> Text | None:
    shelters = found["shelters"]
    if shelters["layer"] is None or shelters["need"] is None:
        return None
    need, enough = shelters["need"], shelters["enough_within_m"]
    if enough is None:
        km = shelters["searched_m"] / 1000
        return Text(
            f"【安置】需 {need:,}，{km:.0f} km 内可用 {shelters['free']:,}，不足",
            f"Shelters: {need:,} needed, {shelters['free']:,} free within {km:.0f} km, not enough",
        )
    return Text(
        f"【安置】需 {need:,}，{enough / 1000:.1f} km 内可安置",
        f"Shelters: {need:,} needed, room within {enough / 1000:.1f} km",
    )


def _dates(found: Json) -> Text:
    made = any(one["generated"] for one in found["sources"])
    clock = found["asked_at"].strftime("%Y-%m-%d %H:%M")
    return Text(
        f"【查询时间】{clock}" + ("；含演示数据（生成）" if made else ""),
        f"Asked {clock}" + ("; with generated demo data" if made else ""),
    )
