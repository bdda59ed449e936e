"""The OpenAPI document is complete, and says what the server answers."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from app.api.schemas import Health, ItemCollection, LayerList, Problem, TileJson


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/api/openapi.json").json()
    return answer


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, verb, op) for path, verbs in document["paths"].items() for verb, op in verbs.items()]


def test_every_route_of_the_application_is_in_the_document(
    client: TestClient, document: dict[str, Any]
) -> None:
    routes = {
        str(c.path).replace(":path", "")
        for c in iter_route_contexts(client.app.routes)
        if isinstance(c.route, APIRoute)
    }  # type: ignore[attr-defined]
    assert routes == set(document["paths"])


def test_every_operation_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    for path, verb, operation in operations(document):
        assert operation["description"], (verb, path)
        assert {"404", "422", "503"} <= set(operation["responses"]), (verb, path)
        for status in ("404", "422", "503"):
            assert "application/problem+json" in operation["responses"][status]["content"], (verb, path)


def test_every_json_answer_has_a_schema(document: dict[str, Any]) -> None:
    for path, verb, operation in operations(document):
        successes = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        assert successes, (verb, path)
        for answer in successes:
            if "application/json" in answer.get("content", {}):
                assert answer["content"]["application/json"]["schema"].get("$ref"), (verb, path)


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/api/layers", LayerList),
        ("/health", Health),
        ("/tiles/shelter/tilejson.json", TileJson),
        ("/api/layers/shelter/items?limit=3", ItemCollection),
        ("/api/nothing", Problem),
        ("/tiles/x/1/1/1.mvt", Problem),
        ("/api/layers/shelter/items?limit=0", Problem),
    ],
)
def test_answers_are_what_the_document_says(path: str, model: type, client: TestClient) -> None:
    TypeAdapter(model).validate_python(client.get(path).json())
