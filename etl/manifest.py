"""``riskmap.toml``: which file of a directory goes into which layer, and what is known about it."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from layers.errors import BadInput

FILE_NAME = "riskmap.toml"


class Entry(BaseModel):
    """One file (or one table of it) for one layer.

    ``rename`` maps file columns to layer fields, ``set`` gives constants, ``values`` translates the
    codes of a field (``[layer.values.kind] transport = "airport"``), ``where`` keeps rows whose column has
    one of the listed values, ``key_from`` takes the key from the first non-empty of several columns (``#row`` is
    the number of the row), ``merge`` joins the object of one key to that of another (their persons add up).
    ``crs`` is used when the file does not declare one; with ``force_crs`` it wins over what the file says.
    """

    model_config = ConfigDict(extra="forbid")

    id: str
    file: str
    table: str | None = None
    x: str | None = None
    y: str | None = None
    crs: str | None = None
    force_crs: bool = False
    datum: Literal["WGS84", "CGCS2000"] = "WGS84"
    encoding: str | None = None
    rename: dict[str, str] = Field(default_factory=dict)
    set: dict[str, Any] = Field(default_factory=dict)
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    where: dict[str, Any] = Field(default_factory=dict)
    key_from: list[str] = Field(default_factory=list)
    merge: dict[str, str] = Field(default_factory=dict)
    bad_rows: Literal["refuse", "skip"] = "refuse"
    source: str = ""
    source_date: date | None = None
    owner: str = ""
    licence: str = ""
    note: str = ""


class Manifest(BaseModel):
    """A set of entries; ``generated`` marks every layer as made up by a program."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""
    generated: bool = False
    layer: list[Entry] = Field(min_length=1)

    @property
    def file_names(self) -> set[str]:
        """The names of the files the manifest reads."""
        return {entry.file for entry in self.layer}


def read_manifest(path: Path) -> Manifest:
    """Read one manifest file.

    Raises:
        BadInput: not TOML, or a key that is unknown or of the wrong type; the message names file and key.
    """
    try:
        return Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} 不是有效的 TOML：{error}",
            f"{path} is not valid TOML: {error}",
            code="bad_manifest",
            file=str(path),
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"{path}：键 {key} 有误（{first['msg']}）",
            f"{path}: key {key}: {first['msg']}",
            code="bad_manifest",
            file=str(path),
            field=key,
        ) from error


def manifest_for(directory: Path) -> Manifest:
    """Return the directory's own manifest, or the repository's manifest whose files are all there.

    Raises:
        BadInput: no such directory, or no manifest fits it.
    """
    if not directory.is_dir():
        raise BadInput(f"目录 {directory} 不存在", f"there is no directory {directory}", code="no_directory")
    own = directory / FILE_NAME
    if own.is_file():
        return read_manifest(own)
    present = {path.name for path in directory.iterdir()}
    for candidate in sorted(files("etl.manifests").iterdir(), key=lambda f: f.name):
        if candidate.name.endswith(".toml"):
            manifest = read_manifest(Path(str(candidate)))
            if manifest.file_names <= present:
                return manifest
    raise BadInput(
        f"目录 {directory} 里没有 {FILE_NAME}，也没有与其文件名相符的内置清单；请写一份 {FILE_NAME}（格式见 README）",
        f"{directory} has no {FILE_NAME} and no built-in manifest fits its file names; write one (see the README)",
        code="no_manifest",
    )


def fingerprint(directory: Path, manifest: Manifest) -> str:
    """Return a short hash of the manifest and of name, size and time of its files: the same means nothing new."""
    digest = hashlib.sha256(manifest.model_dump_json().encode())
    for name in sorted(manifest.file_names):
        path = directory / name
        state = path.stat() if path.exists() else None
        digest.update(f"{name}|{state and state.st_size}|{state and state.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]
