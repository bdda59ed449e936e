"""``riskmap.toml``: which file of a directory goes into which layer, and what is known about it."""

from __future__ import annotations

import hashlib
import tomllib
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from etl.loads.profile import Mode, Profile
from layers.errors import BadInput
from layers.wrong_values import wrong_values

FILE_NAME = "riskmap.toml"


class Entry(Profile):
    """One file (or one table of it) for one layer: the layer's id, the file's name, and the profile of the load.

    A file of a manifest is the whole layer: rows it does not have are no longer served.
    """

    id: str
    file: str
    mode: Mode = "replace"

    def profile(self) -> Profile:
        """Return the profile without the layer and the file."""
        return Profile.model_validate(self.model_dump(exclude={"id", "file"}))


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
        first = wrong_values(error.errors())[0]
        raise BadInput(
            f"{path}：键 {first.field} 有误（{first.zh}）",
            f"{path}: key {first.field}: {first.en}",
            code="bad_manifest",
            file=str(path),
            field=first.field,
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
