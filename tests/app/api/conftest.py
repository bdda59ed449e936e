"""An officer's browser at a server over an empty database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.conftest import EMPTY, Server

HEAD = "code,name,level,capacity,lon,lat\n"
Answer = dict[str, Any]


@dataclass
class Office:
    """An officer's browser."""

    http: TestClient
    settings: Settings

    def send(self, *files: tuple[str, bytes], **form: str) -> Any:
        parts = [("files", (name, content, "application/octet-stream")) for name, content in files]
        return self.http.post("/api/loads", files=parts, data={"layer": "shelter", **form})

    def done(self, load_id: str) -> Answer:
        """Follow the events of a load to their end and return it."""
        with self.http.stream("GET", f"/api/loads/{load_id}/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            kinds = [
                line.removeprefix("event: ") for line in stream.iter_lines() if line.startswith("event: ")
            ]
        assert kinds[-1] == "end"
        assert set(kinds[:-1]) == {"load"}
        return self.get(load_id)

    def get(self, load_id: str) -> Answer:
        return dict(self.http.get(f"/api/loads/{load_id}").json())

    def checked(self, *files: tuple[str, bytes], **form: str) -> Answer:
        answer = self.send(*files, **form)
        assert answer.status_code == 201, answer.text
        return self.done(answer.json()["id"])

    def commit(self, load_id: str, **body: Any) -> Answer:
        answer = self.http.post(f"/api/loads/{load_id}/commit", json=body)
        assert answer.status_code == 202, answer.text
        return self.done(load_id)

    def served(self, layer: str) -> Answer:
        """Return what is said of a layer."""
        return dict(next(one for one in self.http.get("/api/layers").json()["layers"] if one["id"] == layer))


@pytest.fixture(scope="module")
def office(empty_template: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One server over an empty database for this module; tests use keys of their own."""
    name = empty_template.clone(EMPTY)
    url, folder = empty_template.database(name), tmp_path_factory.mktemp("state")
    settings = Settings(database_url=url, state_dir=folder, loads_from="anyone")
    with TestClient(create_app(settings), raise_server_exceptions=False) as http:
        yield Office(http, settings)
    empty_template.drop(name)


def csv(*names: str, capacity: object = 5, level: str = "village") -> bytes:
    """Return a good CSV of shelters; the names are keys too, made unlike those of other tests."""
    mark = uuid4().hex[:6]
    rows = [f"{mark}{name},{name},{level},{capacity},{120 + n / 100},30.2\n" for n, name in enumerate(names)]
    return (HEAD + "".join(rows)).encode()
