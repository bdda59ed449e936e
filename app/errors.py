"""One table: error class -> HTTP status. Every error answer is problem+json (RFC 9457) with a stable code."""

from __future__ import annotations

import logging
import uuid
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from layers.errors import BadInput, Conflict, NotFound, RiskmapError, Unavailable

STATUS: dict[type[Exception], int] = {
    NotFound: 404,
    Conflict: 409,
    BadInput: 422,
    Unavailable: 503,
    RiskmapError: 500,
}
logger = logging.getLogger("riskmap")


def status_of(error: RiskmapError) -> int:
    """Return the status of the nearest class in the table."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def problem(status: int, code: str, zh: str, en: str, **more: Any) -> JSONResponse:
    """Return a problem+json answer; ``detail`` is Chinese, ``detail_en`` English."""
    body = {
        "type": f"urn:riskmap:{code}",
        "title": en.split(";")[0][:120],
        "status": status,
        "code": code,
        "detail": zh,
        "detail_en": en,
        **more,
    }
    headers = {"Retry-After": "2"} if status == 503 else None
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Register the handlers. Nothing internal (SQL, traces, paths) leaves the server."""

    @app.exception_handler(RiskmapError)
    async def _domain(request: Request, error: RiskmapError) -> JSONResponse:
        return problem(status_of(error), error.code, error.zh, error.en, **_plain(error.where))

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"field": ".".join(str(p) for p in e["loc"][1:]) or str(e["loc"][0]), "message": e["msg"]}
            for e in error.errors()
        ]
        first = faults[0]
        return problem(
            422,
            "bad_request",
            f"参数 {first['field']} 有误：{first['message']}",
            f"parameter {first['field']}: {first['message']}",
            errors=faults,
        )

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return problem(404, "not_found", "没有这个地址", "there is nothing at this address")
        if error.status_code == 405:
            return problem(405, "method_not_allowed", "此地址不支持该方法", "this method is not allowed here")
        return problem(error.status_code, "http_error", str(error.detail), str(error.detail))

    @app.exception_handler(DataError)
    async def _text(request: Request, error: DataError) -> JSONResponse:
        zh, en = (
            "参数含有不能查询的字符或数值",
            "a parameter holds characters or numbers that cannot be looked up",
        )
        return problem(422, "bad_text", zh, en)

    @app.exception_handler(PoolTimeout)
    @app.exception_handler(DBAPIError)
    @app.exception_handler(asyncpg.PostgresError)
    @app.exception_handler(asyncpg.InterfaceError)
    @app.exception_handler(OSError)
    async def _database(request: Request, error: Exception) -> JSONResponse:
        logger.warning("database: %s on %s", type(error).__name__, request.url.path, exc_info=error)
        return problem(
            503,
            "database_unavailable",
            "数据库暂时不可用，请稍后重试",
            "the database is not available; retry",
        )

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        reference = uuid.uuid4().hex[:8]
        logger.error("unexpected %s at %s", reference, request.url.path, exc_info=error)
        return problem(
            500,
            "unexpected",
            f"程序出错，请把编号 {reference} 告诉管理员",
            f"the program failed; give reference {reference} to the administrator",
            reference=reference,
        )


def _plain(where: dict[str, object]) -> dict[str, Any]:
    """Keep places that are simple values, and file names without their folder."""
    kept = {
        k: v
        for k, v in where.items()
        if isinstance(v, str | int | float | bool) and k not in ("status", "code")
    }
    if isinstance(kept.get("file"), str):
        kept["file"] = str(kept["file"]).rsplit("/", 1)[-1]
    return kept
