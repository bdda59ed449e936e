"""``riskmap coverage run|site|compare|verify``: the analyses on what is loaded, written as files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from app.analysis import arrival, compare, siting
from app.analysis import coverage as analysis
from app.analysis.arrival import ArrivalParams
from app.analysis.compare import CompareParams
from app.analysis.coverage import CoverageParams, CoverageResult
from app.analysis.engine.solver import Clock
from app.analysis.inputs import CoverageData
from app.analysis.siting_params import SitingParams
from app.catalogue import Catalogue
from app.commands.database import database
from app.db import make_engine
from app.reports.coverage_export import export
from app.reports.coverage_map import write_report
from app.settings import Settings
from app.state.prepare import prepare
from layers.errors import BadInput, Outdated
from layers.registry import discover
from layers.wrong_values import wrong_values

coverage = typer.Typer(no_args_is_help=True, help="Where the air bases reach, and where one more helps most.")
Params = TypeVar("Params", bound=BaseModel)

Bases = Annotated[
    list[str] | None, typer.Option("--base", metavar="BASE", help="Id of a base, or LON,LAT; repeatable.")
]
Preparation = Annotated[float | None, typer.Option(help="Minutes to prepare.")]
Response = Annotated[float | None, typer.Option(help="Minutes in all.")]
Cruise = Annotated[float | None, typer.Option(help="Speed, km/h.")]
Radius = Annotated[float | None, typer.Option(help="Radius, km.")]
Scenario = Annotated[Path | None, typer.Option(help="JSON file with the parameters; options win over it.")]
Wind = Annotated[str | None, typer.Option(help="SPEED_MPS,FROM_DEG.")]
Aircraft = Annotated[str | None, typer.Option(help="Id of a type of aircraft.")]
NoFlyFile = Annotated[Path | None, typer.Option("--no-fly", help="GeoJSON file of closed airspace.")]
Others = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=JSON",
        help="Any parameter of the API as NAME=JSON, e.g. on_scene_min=20; repeatable.",
    ),
]


def checked(model: type[Params], sent: dict[str, Any]) -> Params:
    """Parameters as the API takes them. Raises BadInput ``bad_option`` naming the first that is wrong."""
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        first = wrong_values(error.errors())[0]
        raise BadInput(
            f"参数 {first.field}：{first.zh}", f"parameter {first.field}: {first.en}", code="bad_option"
        ) from error


@contextmanager
def _loaded() -> Iterator[CoverageData]:
    settings = Settings()
    with database(settings) as url:
        engine = make_engine(url, connections=2, timeout_s=None)
        try:
            prepare(engine)
            there = settings.model_copy(update={"database_url": url})
            yield CoverageData(Catalogue(engine, discover(settings.layer_dir), there))
        finally:
            engine.dispose()


def _read(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"读不了 {path}", f"cannot read {path} as JSON", code="bad_scenario") from error
    if not isinstance(content, dict):
        raise BadInput(f"{path} 应为 JSON 对象", f"{path} should be a JSON object", code="bad_scenario")
    found: dict[str, Any] = content.get("params", content)
    return found


def _base(text: str) -> str | dict[str, float]:
    return text if "," not in text else dict(zip(("lon", "lat"), _pair(text, "--base"), strict=True))


def _pair(text: str, option: str) -> tuple[float, float]:
    try:
        one, other = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(
            f"{option} {text!r} 应为两个以逗号分隔的数",
            f"{option} {text!r} should be two numbers with a comma between",
            code="bad_option",
        ) from None
    return one, other


def _areas(path: Path) -> list[Any]:
    drawn = _read(path)
    return list(drawn.get("features", [drawn]))


def _sent(
    scenario: Path | None,
    options: dict[str, Any],
    wind: str | None,
    no_fly: Path | None,
    others: list[str] | None,
) -> dict[str, Any]:
    """Parameters of a scenario file, over them the options, over those --set. Raises BadInput by name."""
    sent = _read(scenario) | {name: value for name, value in options.items() if value is not None}
    if wind is not None:
        sent["wind"] = dict(zip(("speed_mps", "from_deg"), _pair(wind, "--wind"), strict=True))
    if no_fly is not None:
        sent["no_fly"] = _areas(no_fly)
    for text in others or []:
        name, equals, value = text.partition("=")
        if not equals:
            raise BadInput(
                f"--set {text!r} 应为 名称=值", f"--set {text!r} should be NAME=JSON", code="bad_option"
            )
        try:
            sent[name] = json.loads(value)
        except ValueError:
            sent[name] = value  # a plain word
    return sent


@coverage.command("run")
def run(
    base: Bases = None,
    preparation_min: Preparation = None,
    response_min: Response = None,
    cruise_kmh: Cruise = None,
    radius_km: Radius = None,
    wind: Wind = None,
    aircraft: Aircraft = None,
    no_fly: NoFlyFile = None,
    others: Others = None,
    scenario: Scenario = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="HTML report to write.")] = Path(
        "coverage.html"
    ),
) -> None:
    """Compute where the bases reach; write a page that opens offline, GeoJSON, GeoPackage, CSV and the scenario."""
    options = {
        "preparation_min": preparation_min,
        "response_min": response_min,
        "cruise_kmh": cruise_kmh,
        "radius_km": radius_km,
        "aircraft": aircraft,
    }
    sent = _sent(scenario, options, wind, no_fly, others)
    if base:
        sent["bases"] = [_base(text) for text in base]
    params = checked(CoverageParams, sent)
    with _loaded() as data:
        inputs = data.inputs(*(params.demand or ()))
        result = analysis.run(params, inputs)
    for line in _lines(result):
        typer.echo(line)
    paths = write_report(result, output, inputs.counties)
    paths.append(output.with_suffix(".gpkg"))
    paths[-1].write_bytes(export(result, inputs.counties, "gpkg"))
    paths.append(output.with_suffix(".scenario.json"))
    kept: dict[str, Any] = {"scenario_id": result.scenario_id, "engine": result.engine}
    kept |= {
        "params": params.model_dump(mode="json", exclude_unset=True),
        "result": result.model_dump(mode="json"),
    }
    paths[-1].write_text(json.dumps(kept, ensure_ascii=False) + "\n", encoding="utf-8")
    for path in paths:
        typer.echo(f"wrote {path}")


def _lines(result: CoverageResult) -> Iterator[str]:
    yield result.rule.text.zh
    yield f"方案 scenario            {result.scenario_id}"
    land = f"{result.covered_km2:,.0f} / {result.land_km2:,.0f} km² = {result.covered_share:.1%}"
    yield f"陆域覆盖 land covered    {land}"
    if result.people is not None and result.covered_people is not None:
        yield (
            f"人口覆盖 people covered  {result.covered_people:,.0f} / {result.people:,.0f} = "
            f"{result.covered_people_share:.1%}; twice {result.twice_covered_people_share:.1%}"
        )


@coverage.command("site")
def site(
    model: Annotated[str, typer.Option(help="mclp, mexclp, lscp, lscp_b, p_center, p_median.")] = "mclp",
    p: Annotated[int, typer.Option(help="How many further bases.")] = 1,
    grid_m: Annotated[float | None, typer.Option(help="Candidates on a grid of this step, metres.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Landing points of this kind; repeatable.")
    ] = None,
    fixed: Annotated[
        list[str] | None, typer.Option(metavar="BASE", help="Base that is kept; repeatable.")
    ] = None,
    none_fixed: Annotated[bool, typer.Option("--none-fixed", help="Keep no base.")] = False,
    radius_km: Radius = None,
    response_min: Response = None,
    time_limit_s: Annotated[float, typer.Option(help="Seconds.")] = 60.0,
    wind: Wind = None,
    aircraft: Aircraft = None,
    no_fly: NoFlyFile = None,
    others: Others = None,
    scenario: Scenario = None,
) -> None:
    """Look for the best further bases; prints the plan, its bound and gap."""
    options = {"radius_km": radius_km, "response_min": response_min, "grid_m": grid_m, "aircraft": aircraft}
    options |= {"model": model, "p": p, "time_limit_s": time_limit_s}
    sent = _sent(scenario, options, wind, no_fly, others)
    if kind:
        sent["candidate_kinds"] = kind
    if fixed or none_fixed:
        sent["fixed"] = [_base(text) for text in fixed or []]
    params = checked(SitingParams, sent)
    with _loaded() as data:
        clock = Clock(params.time_limit_s, tell=_tell)
        result = siting.run(params, data.inputs(), data.candidates(params.candidate_kinds or ()), clock)
    typer.echo(
        f"{result.status}  {result.value:.6g} {result.unit}  bound {result.bound:.6g}  gap {result.gap:.2%}"
    )
    for one in result.sites:
        typer.echo(f"{one.lon:.5f},{one.lat:.5f}  {one.name}  +{one.adds_share:.2%}")
    typer.echo(f"覆盖 covered {result.covered_share_before:.2%} -> {result.covered_share_after:.2%}")
    for other in result.alternatives:
        typer.echo(f"另 else {other.value:.6g} {result.unit}  {'; '.join(other.sites)}")
    for point in result.curve or []:
        typer.echo(
            f"p={point.p}  {point.status}  {point.value:.6g} {result.unit}  bound {point.bound:.6g}  "
            f"covered {point.covered_share:.2%}"
        )


def _tell(step: str, value: float, bound: float) -> None:
    typer.echo(f"{step} {value:.6g} | {bound:.6g}", err=True)


@coverage.command("arrival")
def arrive(
    place: Annotated[
        list[str], typer.Argument(metavar="LON,LAT...", help="LON,LAT; more than one may be given.")
    ],
    base: Bases = None,
    aircraft: Aircraft = None,
    wind: Wind = None,
    no_fly: NoFlyFile = None,
    others: Others = None,
    scenario: Scenario = None,
) -> None:
    """Say who is at a place first, by air from every base and by road where travel times are loaded."""
    sent = _sent(scenario, {"aircraft": aircraft}, wind, no_fly, others)
    sent["places"] = [dict(zip(("lon", "lat"), _pair(text, "PLACE"), strict=True)) for text in place]
    if base:
        sent["bases"] = [_base(text) for text in base]
    params = checked(ArrivalParams, sent)
    with _loaded() as data:
        result = arrival.run(params, data.inputs())
    for one in result.places:
        road = "—" if one.road_min is None else f"{one.road_min:.1f}"
        typer.echo(f"{one.lon:.5f},{one.lat:.5f}  陆路 road {road} 分 min")
        for flight in one.air:
            minutes = f"{flight.preparation_min:g} + {flight.flight_min:.1f} = {flight.minutes:.1f}"
            typer.echo(
                f"  {'✓' if flight.reached else '×'} {flight.name}  {minutes}  {flight.distance_km:.1f} km"
            )


@coverage.command("compare")
def compare_two(
    a: Annotated[Path, typer.Argument(help="Scenario file.")],
    b: Annotated[Path, typer.Argument(help="Scenario file.")],
) -> None:
    """Say what scenario B reaches that A does not, and the other way round."""
    params = checked(CompareParams, {"a": _read(a), "b": _read(b)})
    with _loaded() as data:
        result = compare.run(params, data.inputs())
    typer.echo(f"陆域 land   {result.covered_share_a:.2%} -> {result.covered_share_b:.2%}")
    if result.covered_people_share_a is not None and result.covered_people_share_b is not None:
        typer.echo(f"人口 people {result.covered_people_share_a:.2%} -> {result.covered_people_share_b:.2%}")
    for county in result.counties[:20]:
        typer.echo(f"{county.code} {county.name}  +{county.gained:,.0f}  -{county.lost:,.0f} {result.unit}")


@coverage.command("verify")
def verify(
    scenario: Annotated[Path, typer.Argument(help="The .scenario.json that a run wrote.")],
) -> None:
    """Compute a scenario again; it has to have the same id and the same figures to the last digit."""
    kept = json.loads(scenario.read_text(encoding="utf-8"))
    params = checked(CoverageParams, _read(scenario))
    with _loaded() as data:
        result = analysis.run(params, data.inputs(*(params.demand or ())))
    if result.scenario_id != kept.get("scenario_id"):
        raise Outdated(
            "数据、基地或程序已变，方案编号不同",
            "data, bases or program have changed: the scenario has another id",
            code="data_version_changed",
        )
    again = json.loads(result.model_dump_json())
    if again != kept.get("result"):
        raise Outdated("同一方案得到不同结果", "the same scenario gave another result", code="result_differs")
    typer.echo(f"同 same  {result.scenario_id}")
