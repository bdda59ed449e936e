"""The stream that tells open pages of new data."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from app.news import News

router = APIRouter(prefix="/api/events", tags=["events"])
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "events named ``layers`` and ``state``"}
}


@router.get("", response_class=StreamingResponse, responses=STREAM)
async def events(request: Request) -> StreamingResponse:
    """Tell which layer versions are served: all at first, then each change within a second.

    Each event ``layers`` has, by layer, its ``version``, the ``parent`` before it, and the boxes (degrees) that differ
    between the two, null where they are too many or not known. An event ``state`` names an ``incident`` that somebody
    changed, an object (``live``: layer and key) whose state was set, or ``all``.
    """
    news: News = request.app.state.news
    return StreamingResponse(
        news.events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )
