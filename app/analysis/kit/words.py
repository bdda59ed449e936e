"""The sentences of a coverage answer: the rule, the method, the warnings."""

from __future__ import annotations

from app.analysis.coverage_params import FlightParams
from app.analysis.coverage_result import Rule, Warn, Words
from app.analysis.engine.demand import SPLIT
from app.analysis.kit.bases import uses_radius, uses_time
from app.analysis.kit.cells import People
from app.analysis.kit.flights import Binding, Site
from app.analysis.kit.prepare import BOUNDARY_STEP_M, Prepared

OVERLAP_SHARE = 1e-5
BINDS = {
    "time": ("时间", "time"),
    "radius": ("半径", "the radius"),
    "both": ("两者", "both"),
    "endurance": ("续航", "endurance"),
}


def _common(values: list[float], otherwise: float) -> float:
    """The value all share, or the other one."""
    return values[0] if len(set(values)) == 1 else otherwise


def _span(values: list[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def _time_text(sites: list[Site], response: float) -> Words:
    preparations, speeds = [site.preparation_min for site in sites], [site.cruise_kmh for site in sites]
    first, speed = _span(preparations), _span(speeds)
    if len(set(preparations)) > 1 or len(set(speeds)) > 1:
        return Words(
            zh=f"{response:g} 分内到达；各基地按自己的准备时间（{first} 分）和速度（{speed} km/h）",
            en=f"within {response:g} min; each base with its own preparation ({first} min) and speed ({speed} km/h)",
        )
    flight = max(0.0, response - preparations[0])
    reach = f"{flight / 60 * speeds[0]:.4g} km"
    return Words(
        zh=f"{response:g} 分 = {first} + {flight:g}（准备＋飞行）；{speed} km/h × {flight:g} 分 = {reach}",
        en=f"{response:g} min = {first} + {flight:g} (prepare + fly); {speed} km/h x {flight:g} min = {reach}",
    )


def _conditions(params: FlightParams, sites: list[Site]) -> Words:
    """What else the flight was asked to hold against: wind, endurance, closed airspace, weather."""
    flight = sites[0].reach.flight
    zh, en = "", ""
    if len(flight.winds) == 1:
        wind = flight.winds[0]
        zh += f"；风 {wind.from_deg:g}° {wind.speed_mps:g} m/s"
        en += f"; wind {wind.from_deg:g}° {wind.speed_mps:g} m/s"
    elif flight.winds:
        zh += f"；风玫瑰 {len(flight.winds)} 个风向均须到达"
        en += f"; holds in all {len(flight.winds)} winds of the rose"
    if any(site.binding == "endurance" for site in sites):
        zh += f"；续航限制往返（现场 {params.on_scene_min:g} 分）"
        en += f"; endurance limits out and back ({params.on_scene_min:g} min on scene)"
    if params.visibility_m is not None:
        zh += f"；{'夜间' if params.night else ''}能见度 {params.visibility_m:g} m"
        en += f"; visibility {params.visibility_m:g} m{' by night' if params.night else ''}"
    if params.no_fly:
        zh += f"；绕行禁飞区 {len(params.no_fly)} 处"
        en += f"; round {len(params.no_fly)} no-fly areas"
    return Words(zh=zh, en=en)


def _text(params: FlightParams, sites: list[Site], binding: Binding) -> Words:
    rule, more = _rule_text(params, sites, binding), _conditions(params, sites)
    return Words(zh=rule.zh + more.zh, en=rule.en + more.en)


def _rule_text(params: FlightParams, sites: list[Site], binding: Binding) -> Words:
    radius = Words(zh=f"半径 {params.radius_km:g} km", en=f"radius {params.radius_km:g} km")
    if not uses_time(params):
        return radius
    text = _time_text(sites, params.response_min)
    if not uses_radius(params):
        return text
    zh, en = BINDS[binding]
    return Words(
        zh=f"{text.zh}；{radius.zh}；取较小者，起作用的是{zh}",
        en=f"{text.en}; {radius.en}; the smaller counts: {en} binds",
    )


def rule_of(params: FlightParams, sites: list[Site]) -> Rule:
    """The rule as applied to these sites, in numbers and in words."""
    preparation = _common([site.preparation_min for site in sites], params.preparation_min)
    speed = _common([site.cruise_kmh for site in sites], params.cruise_kmh)
    time_reach = max(0.0, params.response_min - preparation) / 60 * speed
    limits = [time_reach] * uses_time(params) + [params.radius_km] * uses_radius(params)
    kinds = {site.binding for site in sites}
    binding: Binding = kinds.pop() if len(kinds) == 1 else "both"
    return Rule(
        reach_km=_common([site.reach_m / 1000 for site in sites], min(limits)),
        binding=binding,
        time_reach_km=time_reach,
        radius_km=params.radius_km if uses_radius(params) else None,
        preparation_min=preparation,
        response_min=params.response_min,
        cruise_kmh=speed,
        per_base=len({(site.preparation_min, site.cruise_kmh, site.reach_m) for site in sites}) > 1,
        text=_text(params, sites, binding),
    )


def method_of(prepared: Prepared, worst_min: float) -> Words:
    """How the figures were made, for the foot of a page."""
    missed, step = f"{prepared.interior_gap_m / 1000:.2f} km", f"{BOUNDARY_STEP_M:.0f} m"
    return Words(
        zh="距离为 WGS 84 椭球面测地线（Karney），不计地形；风、续航、禁飞区和能见度按所给计入。"
        "圆至少 1440 个顶点，面积与圆相等，边线偏差不超过 0.5 m；面积在椭球面上计算，多边形的边为经纬度直线。"
        "人口按栅格像元累加：整体在内或在外的像元按中心判断，"
        f"边缘像元分成 {SPLIT}×{SPLIT} 份，假定像元内人口均匀；像元按中心归县。"
        f"最远点取“准备＋飞行”最长之处，沿县界每 {step}、县内按规则网格查找，"
        f"漏查之处至多再远 {missed}（{worst_min:.2f} 分）。",
        en="Distances are geodesics on the WGS 84 ellipsoid (Karney); terrain is left out; wind, endurance, closed "
        "airspace and visibility count as they were given. Discs have at least 1440 vertices and the area of "
        "the circle, their edge is off by at most 0.5 m; areas are taken on the ellipsoid, edges of polygons as "
        "straight lines in longitude and latitude. "
        "People are summed over raster cells: a cell "
        f"wholly in or out goes by its centre, a cell on an edge is split {SPLIT} by {SPLIT}, with people taken as "
        "even within it; a cell belongs to the county of its centre. The worst place is the one with the longest "
        f"preparation plus flight, searched every {step} along the county's boundary and on a regular grid inside; "
        f"a place that was missed is farther by at most {missed} ({worst_min:.2f} min).",
    )


def _of_site(site: Site, reached: float) -> list[Warn]:
    found = []
    if site.status == "off":
        zh = f"基地“{site.name}”当前停用，仍按所选计入"
        en = f"base {site.name} is off; it counts because it was chosen"
        found.append(Warn(code="base_off", zh=zh, en=en))
    if site.reach_m <= 0:
        zh = f"基地“{site.name}”准备需 {site.preparation_min:g} 分，不短于响应时间，到达半径为零"
        en = f"base {site.name} takes {site.preparation_min:g} min to prepare, no less than the response time"
        found.append(Warn(code="base_without_reach", zh=zh, en=en))
    elif reached <= 0:
        zh = f"基地“{site.name}”到达不了省内陆地"
        en = f"base {site.name} reaches no land of the province"
        found.append(Warn(code="base_reaches_no_land", zh=zh, en=en))
    return found


def _of_people(cells: People | None) -> list[Warn]:
    if cells is None:
        zh, en = "未加载人口栅格，人口数字为空", "no population raster is loaded; figures on people are empty"
        return [Warn(code="population_missing", zh=zh, en=en)]
    found = []
    if cells.total <= 0:
        zh, en = "人口栅格在省内没有人口", "the population raster holds nobody in the province"
        found.append(Warn(code="population_empty", zh=zh, en=en))
    if cells.moved >= 0.5:
        zh = f"{cells.moved:,.0f} 人的像元中心在各县之外一个像元以内，已归入最近的县"
        en = f"{cells.moved:,.0f} persons less than a cell outside every county went to the nearest one"
        found.append(Warn(code="people_moved_to_nearest", zh=zh, en=en))
    if cells.dropped >= 0.5:
        zh = f"{cells.dropped:,.0f} 人的像元在陆地范围以外，未计入"
        en = f"{cells.dropped:,.0f} persons lie outside the land and are not counted"
        found.append(Warn(code="people_outside_land", zh=zh, en=en))
    return found


def _of_land(prepared: Prepared) -> list[Warn]:
    if prepared.overlap_m2 <= OVERLAP_SHARE * prepared.land_m2:
        return []
    zh = f"县界互相重叠 {prepared.overlap_m2 / 1e6:,.1f} km²，该面积被重复计算"
    en = f"counties overlap by {prepared.overlap_m2 / 1e6:,.1f} km², which is counted twice"
    return [Warn(code="counties_overlap", zh=zh, en=en)]


def warnings_of(sites: list[Site], prepared: Prepared, reached: list[float]) -> list[Warn]:
    """What the reader has to know: bases off or without reach (km² reached, by site), people missing or
    moved.
    """
    of_sites = [_of_site(site, land) for site, land in zip(sites, reached, strict=True)]
    return [warn for found in of_sites for warn in found] + _of_land(prepared) + _of_people(prepared.people)
