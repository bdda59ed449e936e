"""The profile of a load: everything an officer can say about a file, and nothing the file says itself."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from layers.crs.identify import parse_crs
from layers.errors import BadInput
from layers.wrong_values import wrong_values

Mode = Literal["append", "upsert", "replace", "sync"]
ROW_NUMBER = "#row"
"""In ``key_from``: the number of the row, from 1. The same file gives the same keys only while no row moves."""
CONTENT = "#content"
"""In ``key_from``: a hash of the row's values and geometry, for files without a key of their own."""


class Shift(BaseModel):
    """How a datum without a published way to WGS 84 is brought there: seven parameters, or an acceptance.

    Metres, arc seconds, parts per million; ``accepted`` is the sentence of the person who takes an unknown shift of
    up to about 100 m.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    dx: float = 0.0
    dy: float = 0.0
    dz: float = 0.0
    rx: float = 0.0
    ry: float = 0.0
    rz: float = 0.0
    scale_ppm: float = 0.0
    convention: Literal["position_vector", "coordinate_frame"] = "position_vector"
    source: str = Field("", max_length=500)
    accepted: str = Field("", max_length=500)


class Profile(BaseModel):
    """How a file is read and mapped onto a layer.

    ``rename`` maps file columns to layer fields, ``set`` gives constants, ``values`` translates the codes of a field
    (``[layer.values.kind] transport = "airport"``), ``where`` keeps rows whose column has one of the listed values,
    ``key_from`` takes the key from the first non-empty of several columns (``#row``, ``#content``), ``merge`` joins
    the object of one key to that of another (their persons add up).

    ``header_row`` is the row of the column names of a text or a sheet, counted as an editor or a spreadsheet does, and
    ``data_row`` the first row of data; without them they are recognised.

    ``crs`` is used when the file does not declare one; with ``force_crs`` it wins over what the file says.
    ``data_datum`` (also ``datum``) names the datum of projected coordinates that come without a .prj. ``offset`` says
    that the coordinates are GCJ-02 or BD-09.

    ``max_gone`` is the largest share of the served rows that a sync may take away, ``max_area_change`` the largest
    share by which mending an invalid polygon may change its area.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    table: str | None = None
    x: str | None = None
    y: str | None = None
    header_row: int | None = Field(None, ge=1, le=1_048_576)
    data_row: int | None = Field(None, ge=2, le=1_048_576)
    crs: str | None = Field(None, max_length=20_000)
    force_crs: bool = False
    data_datum: Literal["WGS84", "CGCS2000", "Xian80", "Beijing54"] | None = Field(
        None, validation_alias=AliasChoices("data_datum", "datum")
    )
    swap_axes: Literal["auto", "yes", "no"] = "auto"
    shift: Shift | None = None
    offset: Literal["gcj02", "bd09"] | None = None
    encoding: str | None = Field(None, max_length=40)
    rename: dict[str, str] = Field(default_factory=dict)
    set: dict[str, Any] = Field(default_factory=dict)
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    where: dict[str, Any] = Field(default_factory=dict)
    key_from: list[str] = Field(default_factory=list)
    merge: dict[str, str] = Field(default_factory=dict)
    mode: Mode = "upsert"
    max_gone: float = Field(0.05, ge=0, le=1)
    max_area_change: float = Field(0.01, ge=0)
    bad_rows: Literal["refuse", "skip"] = "refuse"
    source: str = Field("", max_length=500)
    source_date: date | None = None
    owner: str = Field("", max_length=500)
    licence: str = Field("", max_length=500)
    note: str = Field("", max_length=2000)

    def mark(self) -> str:
        """Return a hash of the profile: the same file under the same profile is the same load."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def merged(self, patch: dict[str, Any]) -> Profile:
        """Return the profile with some keys replaced.

        Raises:
            BadInput: a key that does not exist or a value that does not fit (code ``bad_profile``).
        """
        return read_profile({**self.model_dump(), **patch})


def read_profile(values: dict[str, Any]) -> Profile:
    """Check and return a profile.

    Raises:
        BadInput: a key that does not exist or a value that does not fit (code ``bad_profile``), with the key's name.
    """
    try:
        return Profile.model_validate(values)
    except ValidationError as error:
        first = wrong_values(error.errors())[0]
        raise BadInput(
            f"载入方案的键 {first.field} 有误：{first.zh}",
            f"profile key {first.field}: {first.en}",
            code="bad_profile",
            field=first.field,
        ) from error


def check_crs(profile: Profile) -> None:
    """Refuse a coordinate system that nobody knows: a person has named it, so it is not passed over like a bad .prj.

    Raises:
        BadInput: ``crs_unknown``.
    """
    if profile.crs:
        parse_crs(profile.crs)
