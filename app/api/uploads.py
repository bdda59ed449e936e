"""Receiving files over HTTP: streamed to disk part by part, under neutral rules for their names."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from app.loading import stand_by
from layers.errors import BadInput

MOST_FILES = 40
LONGEST_NAME_BYTES = 200
COPY_BLOCK = 1 << 20
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


async def read_form(request: Request) -> FormData:
    """Read a multipart form; files go to temporary files as they arrive.

    Raises:
        BadInput: not a multipart form, or a broken one (code ``bad_upload``).
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise _bad("应以 multipart/form-data 提交文件", "send the files as multipart/form-data")
    await run_in_threadpool(stand_by)  # ready when the last byte is here
    try:
        return await request.form(max_files=MOST_FILES, max_fields=20, max_part_size=1 << 20)
    except (MultiPartException, HTTPException) as error:
        if isinstance(error, HTTPException) and error.status_code != 400:  # too large is said elsewhere
            raise
        raise _bad("上传内容不完整或文件过多", "the upload is broken or has too many files") from error


async def keep_files(form: FormData, uploads: Path) -> tuple[Path, list[str]]:
    """Write the files of a form into a new folder of ours; returns it and their names.

    Raises:
        BadInput: no file, an empty name or two of one name (code ``bad_upload``).
    """
    files = [part for part in form.getlist("files") if isinstance(part, UploadFile) and part.filename]
    if not files:
        raise _bad("没有收到文件（字段名应为 files）", "no file was sent (the field is called files)")
    folder = uploads / f"in-{secrets.token_hex(8)}"
    folder.mkdir(parents=True)
    names: list[str] = []
    try:
        for part in files:
            name = safe_name(part.filename or "")
            if name.casefold() in (n.casefold() for n in names):
                raise _bad(f"有两个文件都叫 {name}", f"two files are called {name}")
            await run_in_threadpool(_copy, part, folder / name)
            names.append(name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder, names


def safe_name(name: str) -> str:
    """Return the last part of a name without what file systems or programs take as more than a name.

    Raises:
        BadInput: nothing is left (code ``bad_upload``).
    """
    last = _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip().lstrip(".-")
    stem, dot, suffix = last.rpartition(".")
    while len(last.encode()) > LONGEST_NAME_BYTES and stem:
        stem = stem[:-1]
        last = f"{stem}{dot}{suffix}"
    if not last or len(last.encode()) > LONGEST_NAME_BYTES:
        raise _bad("文件名无效", "the name of the file cannot be used")
    return last


def profile_of(form: FormData) -> dict[str, Any]:
    """Return the profile that was sent as JSON text beside the files.

    Raises:
        BadInput: not a JSON object (code ``bad_profile``).
    """
    text = form.get("profile")
    if not isinstance(text, str) or not text:
        return {}
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise BadInput("profile 应为 JSON 对象", "profile should be a JSON object", code="bad_profile")
    return values


def text_of(form: FormData, name: str, longest: int = 100) -> str:
    """Return a short text field of a form, empty when it is not there."""
    value = form.get(name)
    return value[:longest] if isinstance(value, str) else ""


def _copy(part: UploadFile, target: Path) -> None:
    with target.open("wb") as out:
        shutil.copyfileobj(part.file, out, COPY_BLOCK)


def _bad(zh: str, en: str) -> BadInput:
    return BadInput(zh, en, code="bad_upload")
