"""Archives by byte range, as their readers ask for them."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

PATH = "/tiles/risk_zone.pmtiles"


@pytest.fixture(scope="module")
def whole(client: TestClient) -> bytes:
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.content.startswith(b"PMTiles\x03")
    return answer.content


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("0-126", 0, 127),
        ("127-200", 127, 201),
        ("-10", -10, None),
        ("5-", 5, None),
        ("100-999999999", 100, None),
    ],
)
def test_a_range_gives_these_bytes(
    asked: str, start: int, end: int | None, client: TestClient, whole: bytes
) -> None:
    answer = client.get(PATH, headers={"Range": f"bytes={asked}"})
    assert answer.status_code == 206
    assert answer.content == whole[start:end]
    first = start % len(whole)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(whole)}"
    assert answer.headers["content-type"] == "application/vnd.pmtiles"


def test_several_ranges_come_as_parts(client: TestClient, whole: bytes) -> None:
    answer = client.get(PATH, headers={"Range": "bytes=0-6,100-109"})
    assert answer.status_code == 206
    kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/byteranges"
    parts = answer.content.split(f"--{boundary}".encode())
    assert [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts[1:-1]] == [
        whole[:7],
        whole[100:110],
    ]


def test_a_range_of_another_version_gives_the_whole_file(client: TestClient, whole: bytes) -> None:
    etag = client.get(PATH).headers["etag"]
    for tag, status in ((etag, 206), ('"risk_zone-000000000000"', 200), (f"W/{etag}", 200)):
        answer = client.get(PATH, headers={"Range": "bytes=0-6", "If-Range": tag})
        assert (answer.status_code, len(answer.content)) == (status, 7 if status == 206 else len(whole))


def test_bytes_beyond_the_end_are_a_416_that_says_how_many_there_are(
    client: TestClient, whole: bytes
) -> None:
    answer = client.get(PATH, headers={"Range": f"bytes={len(whole)}-{len(whole) + 5}"})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(whole)}"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "asked", ["bytes", "bytes=", "bytes=x-y", "lines=1-2", "bytes=9-3", "bytes=--5", "", "=-="]
)
def test_a_range_that_makes_no_sense_is_refused_by_name_or_left_out(
    asked: str, client: TestClient, whole: bytes
) -> None:
    answer = client.get(PATH, headers={"Range": asked})
    if answer.status_code == 200:
        assert answer.content == whole
    else:
        refused = (answer.status_code, answer.json()["code"])
        assert refused in ((400, "bad_range"), (416, "range_not_satisfiable"))
        assert answer.headers["content-type"] == "application/problem+json"


def test_more_ranges_than_anybody_needs_give_the_whole_file(client: TestClient, whole: bytes) -> None:
    many = ",".join(f"{n * 2}-{n * 2}" for n in range(5000))
    assert client.get(PATH, headers={"Range": f"bytes={many}"}).content == whole
