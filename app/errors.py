"""One table: error class -> HTTP status. Every error answer is problem+json (RFC 9457) with a stable code."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from layers.errors import (
    BadInput,
    BadQuery,
    Conflict,
    Forbidden,
    NotFound,
    Outdated,
    RiskmapError,
    Unavailable,
)
from layers.wrong_values import wrong_values

STATUS: dict[type[Exception], int] = {
    NotFound: 404,
    Forbidden: 403,
    Outdated: 412,
    Conflict: 409,
    BadQuery: 400,  # as the OGC standards have it
    BadInput: 422,
    Unavailable: 503,
    RiskmapError: 500,
}
LONGEST_VALUE = 200
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
    # lone surrogates are valid in JSON strings that come in, but no encoding can send them out
    safe = json.loads(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))
    return JSONResponse(safe, status, headers=headers, media_type="application/problem+json")


async def _domain(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RiskmapError)  # noqa: S101 - registered for this class only
    more = _plain(error.where)
    if (questions := getattr(error, "questions", None)) is not None:
        more["questions"] = questions
    return problem(status_of(error), error.code, error.zh, error.en, **more)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    if error.errors()[0]["type"] == "json_invalid":
        return problem(422, "bad_json", "请求内容不是有效的 JSON", "the body is not valid JSON")
    wrong = wrong_values(error.errors(), skip=1)  # the first part is where it stands: query, body
    first = wrong[0]
    return problem(
        422,
        "bad_request",
        f"参数 {first.field} 有误：{first.zh}",
        f"parameter {first.field}: {first.en}",
        errors=[{"field": w.field, "message": w.zh, "message_en": w.en} for w in wrong],
    )


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if error.status_code == 404:
        return problem(404, "not_found", "没有这个地址", "there is nothing at this address")
    if error.status_code == 405:
        answer = problem(405, "method_not_allowed", "此地址不支持该方法", "this method is not allowed here")
        answer.headers.update(error.headers or {})
        return answer
    if error.status_code == 416:
        zh, en = "文件没有这些字节", "the file has no such bytes"
        answer = problem(416, "range_not_satisfiable", zh, en)
        answer.headers.update(error.headers or {})
        return answer
    if error.status_code == 413:
        return problem(413, "too_large", "请求内容过大", "the body of the request is too large")
    return problem(error.status_code, "http_error", "请求不能处理", str(error.detail))


async def _text(request: Request, error: Exception) -> JSONResponse:
    zh, en = (
        "参数含有不能查询的字符或数值",
        "a parameter holds characters or numbers that cannot be looked up",
    )
    return problem(422, "bad_text", zh, en)


async def _database(request: Request, error: Exception) -> JSONResponse:
    logger.warning("database: %s on %s", type(error).__name__, request.url.path, exc_info=error)
    zh, en = "数据库暂时不可用，请稍后重试", "the database is not available; retry"
    return problem(503, "database_unavailable", zh, en)


async def _busy(request: Request, error: Exception) -> JSONResponse:
    logger.warning("busy: no connection was free for %s", request.url.path)
    return problem(503, "busy", "服务器正忙，请稍后重试", "the server is busy; retry")


async def _left(request: Request, error: Exception) -> JSONResponse:
    """Nobody hears this: the client has gone."""
    return problem(499, "client_left", "客户端已断开", "the client has gone")


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


HANDLERS: dict[type[Exception], Callable[[Request, Exception], Awaitable[JSONResponse]]] = {
    RiskmapError: _domain,
    RequestValidationError: _invalid,
    HTTPException: _http,
    ClientDisconnect: _left,
    DataError: _text,
    DBAPIError: _database,
    psycopg.DataError: _text,
    psycopg.Error: _database,
    PoolTimeout: _busy,
    asyncpg.DataError: _text,
    asyncpg.PostgresError: _database,
    asyncpg.InterfaceError: _database,
    OSError: _database,
    Exception: _unexpected,
}


async def answer_for(scope: Scope, error: Exception) -> JSONResponse | None:
    """Return the answer to an error outside the routes; None for what nobody expected."""
    handler = next((HANDLERS[cls] for cls in type(error).__mro__ if cls in HANDLERS), _unexpected)
    return None if handler is _unexpected else await handler(Request(scope), error)


def install(app: FastAPI) -> None:
    """Register the handlers. Nothing internal (SQL, traces, paths) leaves the server."""
    for cls, handler in HANDLERS.items():
        app.add_exception_handler(cls, handler)


def _plain(where: dict[str, object]) -> dict[str, Any]:
    """Keep places that are simple values, and file names without their folder."""
    kept = {
        k: v
        for k, v in where.items()
        if isinstance(v, str | int | float | bool) and k not in ("status", "code")
    }
    kept = {k: v[:LONGEST_VALUE] if isinstance(v, str) else v for k, v in kept.items()}
    if isinstance(kept.get("file"), str):
        kept["file"] = str(kept["file"]).rsplit("/", 1)[-1]
    return kept
