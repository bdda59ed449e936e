"""A parameter that a route does not have is refused everywhere, in the same words; those it declares pass."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.testclient import TestClient

from app.main import create_app
from app.parameters import declared
from app.settings import Settings

VALUES = {
    "collection_id": "shelter",
    "form": "csv",
    "layer_id": "shelter",
    "tile_matrix_set_id": "WebMercatorQuad",
}


def routes() -> list[tuple[str, str, APIRoute]]:
    """Return method, address and route of all that the application answers."""
    app = create_app(Settings(database_url="postgresql:///none"))
    return [
        (method, str(context.path), context.route)
        for context in iter_route_contexts(app.routes)
        if isinstance(context.route, APIRoute)
        for method in sorted(context.route.methods)
    ]


ROUTES = routes()


def address(path: str) -> str:
    """Fill the places of a path with something that can stand there."""
    return re.sub(r"\{(\w+)(:path)?\}", lambda place: VALUES.get(place[1], "1"), path)


@pytest.mark.parametrize(
    ("method", "path", "route"), ROUTES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_parameter_that_a_route_does_not_have_is_refused(
    client: TestClient, method: str, path: str, route: APIRoute
) -> None:
    answer = client.request(method, f"{address(path)}?nothing=1", json={} if method != "GET" else None)
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "parameter_unknown"), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["field"] == "nothing"
    assert "nothing" in problem["detail"]
    assert "nothing" in problem["detail_en"]


@pytest.mark.parametrize(
    ("path", "name"),
    [(path, name) for method, path, route in ROUTES if method == "GET" for name in declared(route)],
)
def test_a_parameter_that_a_route_declares_is_read(client: TestClient, path: str, name: str) -> None:
    answer = client.get(f"{address(path)}?{name}=")
    assert "parameter_unknown" not in answer.text


@pytest.mark.parametrize("box", ["a", "1,2,3", "nan,1,2,3", "122,31,120,30"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/layers/shelter/items", 422),
        ("/api/layers/shelter/counts", 422),
        ("/api/layers/shelter/export.csv", 400),  # asked in the words of the OGC standards, which want 400
        ("/ogc/collections/shelter/items", 400),
    ],
)
def test_a_bad_box_has_one_code_wherever_it_is_given(
    client: TestClient, path: str, status: int, box: str
) -> None:
    answer = client.get(path, params={"bbox": box})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (status, "bad_bbox", "bbox")
