"""A small reader of vector tiles, written from the specification (MVT 2.1): what each feature says, not where it is."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

Feature = dict[str, Any]


def features(tile: bytes) -> dict[str, list[Feature]]:
    """Return the properties of the features of each layer of a tile."""
    found: dict[str, list[Feature]] = {}
    for number, body in fields(tile):
        if number == 3:
            name, listed = _layer(body)
            assert name not in found, f"layer {name} stands twice"
            found[name] = listed
    return found


def fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """Yield number and value of the fields of a protobuf message."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value: Any
            value, at = _varint(message, at)
        elif kind == 2:
            length, at = _varint(message, at)
            value, at = message[at : at + length], at + length
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            value, at = message[at : at + size], at + size
        else:
            raise AssertionError(f"wire type {kind}")
        yield number, value


def _layer(body: bytes) -> tuple[str, list[Feature]]:
    keys: list[str] = []
    values: list[Any] = []
    tags: list[list[int]] = []
    name = ""
    for number, value in fields(body):
        if number == 1:
            name = value.decode()
        elif number == 2:
            tags.append(next((list(_packed(v)) for n, v in fields(value) if n == 2), []))
        elif number == 3:
            keys.append(value.decode())
        elif number == 4:
            values.append(_value(value))
    return name, [{keys[k]: values[v] for k, v in zip(t[::2], t[1::2], strict=True)} for t in tags]


def _value(body: bytes) -> Any:
    [(number, value)] = fields(body)
    if number == 1:
        return value.decode()
    if number in (2, 3):
        return struct.unpack("<f" if number == 2 else "<d", value)[0]
    if number == 6:
        return (value >> 1) ^ -(value & 1)
    return bool(value) if number == 7 else value


def _packed(body: bytes) -> Iterator[int]:
    at = 0
    while at < len(body):
        value, at = _varint(body, at)
        yield value


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
