"""What an analysis works on. Whoever has the data (PostGIS, files, a test) fills these and calls run()."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class County:
    """One county; geometry in degrees (lon/lat, WGS 84). ``city`` is the name of the city it belongs to."""

    code: str
    name: str
    geometry: BaseGeometry
    city: str | None = None
    name_en: str | None = None


@dataclass(frozen=True)
class PopulationGrid:
    """Persons per cell on a grid in degrees; ``transform`` as GDAL has it in affine order (a, b, c, d, e, f).

    An ``affine.Affine`` may be given too. Cells equal to ``nodata``, NaN or negative hold nobody.
    """

    persons: NDArray[Any]
    transform: tuple[float, ...]
    nodata: float | None = None


@dataclass(frozen=True)
class BaseRow:
    """One rescue base as the layer has it; times in minutes, speed over ground in km/h, None where not
    known.
    """

    id: str
    name: str
    lon: float
    lat: float
    name_en: str | None = None
    status: str = "ready"
    preparation_min: float | None = None
    cruise_kmh: float | None = None
    is_main: bool = False
    aircraft: str | None = None


@dataclass(frozen=True, eq=False)
class PlaceSet:
    """Places (degrees) with weights that are to be reached: hazard sources, shelters, incidents."""

    lon: NDArray[Any]
    lat: NDArray[Any]
    weight: NDArray[Any]


@dataclass(frozen=True)
class Hospital:
    """A hospital where a helicopter can land (degrees)."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, eq=False)
class GroundTimes:
    """Minutes from the call until help is there by road: a grid as PopulationGrid has it, or areas by minutes."""

    layer: str
    grid: PopulationGrid | None = None
    areas: tuple[tuple[float, BaseGeometry], ...] = ()


@dataclass(frozen=True)
class SourceNote:
    """Where a figure comes from: the layer, its version, the source's name and date, whether it was
    generated.
    """

    layer: str
    version: str | None = None
    name: str | None = None
    date: date | None = None
    generated: bool = False


@dataclass(frozen=True, eq=False)
class CoverageInputs:
    """All that a coverage run reads.

    ``land`` is the land of the province (None: the union of the counties); counties are cut to it. ``key``
    names the versions of land, counties and population; runs with one key share the work that depends on
    those only. None shares it between runs on this very object. ``coast`` is all land, of other provinces too;
    ``places`` are further demands by name; ``aircraft_file`` replaces the shipped rows of aircraft.
    """

    land: BaseGeometry | None
    counties: tuple[County, ...]
    population: PopulationGrid | None
    bases: tuple[BaseRow, ...]
    sources: tuple[SourceNote, ...] = ()
    key: str | None = None
    coast: BaseGeometry | None = None
    places: Mapping[str, PlaceSet] = field(default_factory=dict)
    hospitals: tuple[Hospital, ...] = ()
    ground: GroundTimes | None = None
    aircraft_file: Path | None = None
    memo: dict[str, Any] = field(default_factory=dict, repr=False, init=False)
