from __future__ import annotations

import stat
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from etl.sources.model import LIMITS, Limits
from etl.sources.zipped import Budget, Unpacked, unpack
from layers.errors import BadFile
from tests.etl.sources.making import zipped


def unpacked(path: Path, limits: Limits = LIMITS) -> list[Unpacked]:
    folder = path.parent / "out"
    folder.mkdir()
    return unpack(path, path.name, folder, Budget(limits))


def refused(path: Path, limits: Limits = LIMITS) -> str:
    with pytest.raises(BadFile) as caught:
        unpacked(path, limits)
    assert path.name in caught.value.zh
    assert path.name in caught.value.en
    return caught.value.code


def names(found: list[Unpacked]) -> list[str]:
    return [str(entry.name) for entry in found]


@pytest.mark.parametrize(
    ("raw", "flag"),
    [("避灾点.csv".encode("gb18030"), 0), ("避灾点.csv".encode(), 0), ("避灾点.csv".encode(), 0x800)],
)
def test_member_names_are_read_as_people_wrote_them(tmp_path: Path, raw: bytes, flag: int) -> None:
    path = zipped(tmp_path / "a.zip", {"x" * len(raw): b"1"})
    content = bytearray(path.read_bytes())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + at : content.index(magic) + at + 2] = struct.pack("<H", flag)
    path.write_bytes(bytes(content).replace(b"x" * len(raw), raw))
    assert names(unpacked(path)) == ["避灾点.csv"]


def test_members_keep_their_folders_in_the_name_and_nothing_else(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", {"甲/乙/x.csv": b"1", "__MACOSX/x.csv": b"2", "甲/.x.csv": b"3", "a\\b.csv": b"4"}
    )
    found = unpacked(path)
    assert names(found) == ["甲/乙/x.csv", "a/b.csv"]
    assert all(entry.path.parent == tmp_path / "out" for entry in found)


@pytest.mark.parametrize(
    "name", ["../x.csv", "a/../../x.csv", "/etc/x.csv", "C:/x.csv", "c:x.csv", "..\\x.csv", "a\\..\\x.csv"]
)
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    assert refused(zipped(tmp_path / "a.zip", {name: b"1"})) == "zip_path"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_or_a_device_is_refused(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "a.zip"
    info = zipfile.ZipInfo("x.csv")
    info.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert refused(path) == "zip_path"


def test_a_bomb_is_refused_while_it_unfolds(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x.csv": bytes(100 << 20)})
    assert refused(path) == "zip_limit"
    written = sum(entry.stat().st_size for entry in (tmp_path / "out").iterdir())
    assert written < 70 << 20


def test_blanks_that_pack_well_are_no_bomb(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x.dbf": b" " * (4 << 20)})
    assert unpacked(path)[0].path.stat().st_size == 4 << 20


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{n}.csv": b"" for n in range(11)})
    assert refused(path, replace(LIMITS, zip_members=10)) == "zip_limit"


def test_members_too_large_alone_or_together_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": b"x" * 600, "b.csv": b"x" * 600})
    assert refused(path, replace(LIMITS, zip_member_bytes=500)) == "zip_limit"
    for entry in (tmp_path / "out").iterdir():
        entry.unlink()
    (tmp_path / "out").rmdir()
    assert refused(path, replace(LIMITS, zip_bytes=1_000)) == "zip_limit"


def test_a_size_that_lies_is_found_out(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x.csv": b"y" * 5_000})
    content = path.read_bytes().replace(struct.pack("<I", 5_000), struct.pack("<I", 50))
    path.write_bytes(content)
    assert refused(path) in ("zip_limit", "unreadable")


def test_a_zip_in_the_zip_is_opened_but_no_deeper(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"乡镇/x.csv": b"1"})
    outer = zipped(tmp_path / "outer.zip", {"某县.zip": inner})
    assert names(unpacked(outer)) == ["某县.zip/乡镇/x.csv"]
    (tmp_path / "deep").mkdir()
    assert refused(zipped(tmp_path / "deep" / "a.zip", {"b.zip": outer})) == "zip_limit"


def test_a_bomb_of_zips_shares_one_budget(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"x.csv": b"x" * 600})
    outer = zipped(tmp_path / "a.zip", {f"{n}.zip": inner for n in range(5)})
    assert refused(outer, replace(LIMITS, zip_bytes=2_000)) == "zip_limit"


def test_a_password_is_told_apart_from_damage(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x.csv": b"1"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x03\x04") + 6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert refused(path) == "zip_encrypted"


@pytest.mark.parametrize("cut", [10, 60, 200])
def test_a_zip_cut_off_is_unreadable(tmp_path: Path, cut: int) -> None:
    path = zipped(tmp_path / "a.zip", {"x.csv": bytes(range(256)) * 40}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes()[:-cut])
    assert refused(path) == "unreadable"


def test_a_damaged_member_is_unreadable(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x.csv": bytes(range(256)) * 40})
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    assert refused(path) == "unreadable"
