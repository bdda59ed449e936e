"""Analyses: coverage, comparing, siting as a job, and files of an answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from pydantic import BaseModel

from app.analysis import arrival, compare, coverage, siting
from app.analysis.arrival import ArrivalParams, ArrivalResult
from app.analysis.compare import CompareParams, CompareResult
from app.analysis.coverage import CoverageParams, CoverageResult
from app.analysis.engine.solver import Clock
from app.analysis.inputs import BASES, CoverageData
from app.analysis.rows import aircraft_rows
from app.analysis.siting_params import SitingParams, SitingResult
from app.analysis_jobs import AnalysisJob, AnalysisJobs
from app.api.schemas import BaseList
from app.deps import TheCatalogue
from app.reports.coverage_export import MEDIA, export

router = APIRouter(prefix="/api/analysis", tags=["analysis"])


def _data(request: Request) -> CoverageData:
    data: CoverageData = request.app.state.coverage_data
    return data


def _jobs(request: Request) -> AnalysisJobs:
    jobs: AnalysisJobs = request.app.state.analysis_jobs
    return jobs


TheData = Annotated[CoverageData, Depends(_data)]
TheJobs = Annotated[AnalysisJobs, Depends(_jobs)]
JobId = Annotated[str, Path(max_length=64)]
CoverageBody = Annotated[CoverageParams, Body(default_factory=CoverageParams)]


class AircraftRow(BaseModel):
    """One type of aircraft with where its figures come from; km/h and minutes."""

    id: str
    name_zh: str
    name_en: str
    cruise_kmh: float
    endurance_min: float | None
    reserve_min: float
    climb_min: float
    status: str
    source: str


class AircraftList(BaseModel):
    """The types that a question can name."""

    aircraft: list[AircraftRow]


class JobFailure(BaseModel):
    """Why a run failed, as an error answer would say it."""

    code: str
    detail: str
    detail_en: str


class JobStatus(BaseModel):
    """A run: its state, the step it is at, the best value and the bound so far, and its answer at the end."""

    id: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    step: str
    value: float | None
    bound: float | None
    result: SitingResult | None
    error: JobFailure | None


def _status(job: AnalysisJob) -> JobStatus:
    error = job.error
    return JobStatus(
        id=job.id,
        state=job.state,
        step=job.step,
        value=job.value,
        bound=job.bound,
        result=job.result,
        error=None if error is None else JobFailure(code=error.code, detail=error.zh, detail_en=error.en),
    )


@router.get("/coverage/bases", response_model=BaseList)
def coverage_bases(catalogue: TheCatalogue, data: TheData) -> dict[str, Any]:
    """List the bases a coverage question can name."""
    version = catalogue.current().get(BASES)
    return {
        "layer": BASES,
        "version": version.version if version else None,
        "bases": [
            {
                "id": b.id,
                "name": b.name,
                "name_en": b.name_en,
                "lon": b.lon,
                "lat": b.lat,
                "status": b.status,
                "preparation_min": b.preparation_min,
                "cruise_kmh": b.cruise_kmh,
                "aircraft": b.aircraft,
                "is_main": b.is_main,
            }
            for b in data.bases()
        ],
    }


@router.get("/aircraft")
def aircraft_list(catalogue: TheCatalogue) -> AircraftList:
    """List the types of aircraft with their figures and sources."""
    rows = aircraft_rows(catalogue.settings.aircraft_file).values()
    return AircraftList(aircraft=[AircraftRow(**asdict(row)) for row in rows])


@router.post("/coverage", response_model=CoverageResult)
def coverage_run(data: TheData, params: CoverageBody) -> Response:
    """Answer where the bases reach, how many people that is, and which counties have gaps."""
    result = coverage.run(params, data.inputs(*(params.demand or ())))
    return Response(result.model_dump_json(), media_type="application/json")  # rings are long: written once


@router.post("/coverage/export/{form}", response_class=Response)
def coverage_export(
    data: TheData, form: Literal["geojson", "gpkg", "csv", "html"], params: CoverageBody
) -> Response:
    """Give an answer as a file: GeoJSON, GeoPackage, CSV of the gaps, or a page that prints on A4."""
    inputs = data.inputs(*(params.demand or ()))
    result = coverage.run(params, inputs)
    name = f"coverage-{result.scenario_id[:12]}.{form}"
    return Response(
        export(result, inputs.counties, form),
        media_type=MEDIA[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/arrival")
def arrival_run(data: TheData, params: ArrivalParams) -> ArrivalResult:
    """Answer when help is at places: by air from every base, by road where travel times are loaded, the earlier."""
    return arrival.run(params, data.inputs())


@router.post("/compare")
def compare_run(data: TheData, params: CompareParams) -> CompareResult:
    """Answer what scenario b reaches that a does not, and the other way round."""
    return compare.run(params, data.inputs())


@router.post("/siting", status_code=202)
def siting_start(data: TheData, jobs: TheJobs, params: SitingParams) -> JobStatus:
    """Begin to look for the best further bases; ask for the run by its id. What cannot be asked begins no run."""
    inputs, landing = data.inputs(), data.candidates(params.candidate_kinds or ())
    siting.check(params, inputs, landing)

    def work(clock: Clock) -> SitingResult:
        return siting.run(params, inputs, landing, clock)

    return _status(jobs.start(params.time_limit_s, work))


@router.get("/siting/{job_id}")
def siting_status(jobs: TheJobs, job_id: JobId) -> JobStatus:
    """Say how far a run is, and its answer when it has ended."""
    return _status(jobs.get(job_id))


@router.delete("/siting/{job_id}")
def siting_cancel(jobs: TheJobs, job_id: JobId) -> JobStatus:
    """Stop a run."""
    return _status(jobs.cancel(job_id))
