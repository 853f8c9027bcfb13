# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The verifier that lies in each package: short, alone, without a clock, and not to be led out of its folder."""

from __future__ import annotations

import ast
import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privity.production.building import Package
from privity.production.envelope import KeySigner
from privity.production.model import Keys, Use
from privity.production.standalone import verify_package
from tests.production.authority import Authority
from tests.production.scene import SCRIPT, Scene, beside, run, saved

SOURCE = SCRIPT.read_text()


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene()


@pytest.fixture(scope="module")
def production(scene: Scene) -> Package:
    return scene.package()


def test_it_is_short_and_needs_nothing_but_cryptography() -> None:
    assert len(SOURCE.splitlines()) < 300
    tree = ast.parse(SOURCE)
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    roots = {str(name).partition(".")[0] for name in imported}
    assert roots - set(sys.stdlib_module_names) == {"cryptography"}
    assert not roots & {"socket", "urllib", "http", "subprocess", "time", "zipfile", "tarfile", "pickle", "shutil"}


def test_it_lies_in_each_package_as_it_is_here(production: Package) -> None:
    assert production.files["bag/data/verify_package.py"] == SCRIPT.read_bytes()


def test_it_runs_out_of_the_package(scene: Scene, production: Package, tmp_path: Path) -> None:
    """As the page says: in the package's own folder, with the copy that lies there."""
    place = saved(production, tmp_path / "package")
    command = [sys.executable, "-I", "bag/data/verify_package.py", ".", *beside(scene, tmp_path)]
    ended = subprocess.run(command, capture_output=True, cwd=place, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    lines = ended.stdout.decode().splitlines()
    assert lines[-1] == "verified"
    assert [line.split()[1] for line in lines[:-1]] == ["pass"] * 9 + ["absent"]
    (place / "bag/data/index.html").write_text("another page")
    ended = subprocess.run(command, capture_output=True, cwd=place, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stdout.decode().splitlines()[-1] == "NOT verified"


def test_it_takes_no_trust_from_the_package_itself(tmp_path: Path, production: Package) -> None:
    place = saved(production, tmp_path / "package")
    ended = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(place)], capture_output=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert b"--keys" in ended.stderr


def test_the_rulebook_is_compared_where_it_is_given(scene: Scene, production: Package, tmp_path: Path) -> None:
    place, rules = saved(production, tmp_path / "package"), tmp_path / "rulebook.yaml"
    rules.write_bytes(b"an invented rulebook")
    arguments = [*beside(scene, tmp_path), "--rulebook", str(rules)]
    assert run(place, arguments).checks["rulebook"][0] == "pass"
    rules.write_bytes(b"another rulebook")
    assert run(place, arguments).failed == {"rulebook"}
    assert run(place, arguments).code == 1


def test_pp_5_a_package_of_ten_years_ago_verifies(tmp_path: Path) -> None:
    """Every key and certificate in it has ended since; what counts is the time that the authority stated."""
    stamps = Authority(
        "20161122120000Z", since=datetime(2016, 1, 1, tzinfo=UTC), until=datetime(2018, 1, 1, tzinfo=UTC)
    )
    since, until = "2016-01-01T00:00:00Z", "2017-01-01T00:00:00Z"

    class Old(Scene):
        def keys(self, *kind: object) -> Keys:
            now = super().keys()
            old = (msgspec.structs.replace(one, valid_from=since, valid_until=until) for one in now.keys)
            return Keys(tuple(old), now.published)

    scene = Old(stamps=stamps)
    prepared = scene.prepared(collected_at="2016-11-22T10:00:00Z")
    package = scene.finished(prepared, approved_at="2016-11-22T11:00:00Z")
    found = run(saved(package, tmp_path / "package"), beside(scene, tmp_path))
    assert found.code == 0
    assert found.checks["time-stamp"] == ("pass", "2016-11-22T12:00:00Z")


def test_pp_5_it_asks_no_clock() -> None:
    called = {node.attr for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.Attribute)}
    assert not called & {"now", "utcnow", "today", "time_ns", "monotonic", "st_mtime", "getmtime"}


def link(place: Path) -> None:
    (place / "bag/data/request/link.txt").symlink_to("/etc/hostname")


def link_instead(place: Path) -> None:
    """The bytes are right, and stand somewhere else."""
    there = place / "bag/data/index.html"
    there.rename(place.parent / "index.html")
    there.symlink_to(place.parent / "index.html")


def linked_folder(place: Path) -> None:
    (place / "bag/data/records").rename(place.parent / "records")
    (place / "bag/data/records").symlink_to(place.parent / "records")


def pipe(place: Path) -> None:
    os.mkfifo(place / "bag/data/pipe")


def pipe_instead(place: Path) -> None:
    (place / "attest/production.tsr").unlink()
    os.mkfifo(place / "attest/production.tsr")


def look_alike(place: Path) -> None:
    (place / "bag/data/ind\u0435x.html").write_bytes((place / "bag/data/index.html").read_bytes())


def not_composed(place: Path) -> None:
    (place / "bag/data/cafe\u0301.txt").write_bytes(b"")


def other_case(place: Path) -> None:
    (place / "bag/data/INDEX.html").write_bytes(b"")


def no_utf8(place: Path) -> None:
    Path(os.fsdecode(os.fsencode(place / "bag/data") + b"/\xff.txt")).write_bytes(b"")


def newline(place: Path) -> None:
    (place / "bag/data/a\nverified").write_bytes(b"")


def hidden(place: Path) -> None:
    (place / "bag/data/.hidden").write_bytes(b"")


def deep(place: Path) -> None:
    (place / "bag/data/a/b/c/d/e/f/g").mkdir(parents=True)


def large(place: Path) -> None:
    with (place / "attest/approvals.json").open("r+b") as file:
        file.truncate(verify_package.MAX_OTHER + 1)


def a_bomb(place: Path) -> None:
    """Six times larger than any payload may be; on disk it takes no room."""
    with (place / "bag/data/records/subscriber.csv").open("r+b") as file:
        file.truncate(6 * verify_package.MAX_DATA)


def deep_json(place: Path) -> None:
    (place / "attest/production.dsse.json").write_bytes(b'{"a":' + b"[" * 200_000)


def long_number(place: Path) -> None:
    (place / "attest/production.dsse.json").write_bytes(b'{"payload":' + b"9" * 20_000 + b"}")


HOSTILE = {
    change: "statement" if change in (deep_json, long_number) else "files"
    for change in (link, link_instead, linked_folder, pipe, pipe_instead, look_alike, not_composed, other_case, no_utf8,
                   newline, hidden, deep, large, a_bomb, deep_json, long_number)
}  # fmt: skip


@pytest.mark.parametrize("change", HOSTILE, ids=lambda change: change.__name__)
def test_pp_6_a_hostile_folder_is_refused(scene: Scene, production: Package, tmp_path: Path, change: object) -> None:
    """By name, without a traceback (see `run`), and without reading what lies elsewhere or never ends."""
    assert callable(change)
    place = saved(production, tmp_path / "package")
    change(place)
    found = run(place, beside(scene, tmp_path))
    assert found.code == 1
    assert HOSTILE[change] in found.failed
    assert found.text.isascii()


def test_pp_6_a_folder_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_package, "MAX_FILES", 20)
    for n in range(20):
        (tmp_path / f"{n}.txt").touch()
    assert len(verify_package.walk(tmp_path)) == 20
    (tmp_path / "more").mkdir()
    with pytest.raises(verify_package.Refused, match="more than 20"):
        verify_package.walk(tmp_path)


def test_pp_6_a_folder_that_cannot_be_read_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it holds was not looked at. For whoever runs this as root every folder can be read, so one is shut here."""
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut/inside.txt").touch()
    look = os.scandir

    def shut(folder: Any) -> Any:
        if os.fspath(folder).endswith("shut"):
            raise PermissionError(13, "Permission denied", folder)
        return look(folder)

    assert len(verify_package.walk(tmp_path)) == 1
    monkeypatch.setattr(os, "scandir", shut)
    with pytest.raises(verify_package.Refused, match="cannot be read"):
        verify_package.walk(tmp_path)


@pytest.mark.parametrize("there", ["nothing", "file", "empty"])
def test_what_is_no_package_fails_by_name(scene: Scene, tmp_path: Path, there: str) -> None:
    place = tmp_path / "package"
    if there == "file":
        place.write_bytes(b"a teapot")
    if there == "empty":
        place.mkdir()
    found = run(place, beside(scene, tmp_path))
    assert found.code == 1
    assert {"statement", "bag", "keys", "time-stamp", "signatures", "approvals", "log"} <= found.failed


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (
            {"b": 1, "a": [True, None, '\u20ac"\\/\n\x0f\u2028']},
            '{"a":[true,null,"\u20ac\\"\\\\/\\n\\u000f\u2028"],"b":1}',
        ),
        ({"1": {}, "A": [], "a": -0}, '{"1":{},"A":[],"a":0}'),
        ({"n": 9007199254740991}, '{"n":9007199254740991}'),
    ],
)
def test_canonical_json_is_that_of_rfc_8785(value: object, written: str) -> None:
    assert verify_package.canonical(value) == written.encode()
    assert verify_package.parse(written.encode()) == value


@pytest.mark.parametrize("text", ['{"a": 1}', '{"b":1,"a":1}', '{"a":1,"a":1}', '{"a":1.5}', '{"a":1e2}', '{"a":NaN}',
                                  '{"a":"\\u0041"}', '{"a":1}\n', "[]", '{"a":-0}', "{", ""])  # fmt: skip
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises((verify_package.Refused, ValueError)):
        verify_package.parse(text.encode())


def test_a_key_signs_its_own_bytes_and_one_of_another_kind_none(scene: Scene) -> None:
    key = KeySigner(Use.SERVICE, scene.service._private, "2026-01-01T00:00:00Z").key
    given = json.loads(msgspec.json.encode(key))
    verify_package.holds(given, scene.service.sign(b"a teapot"), b"a teapot")
    with pytest.raises(verify_package.BROKEN):
        verify_package.holds(given, scene.service.sign(b"a teapot"), b"a kettle")
    rsa = Authority(kind="rsa").key.public_key()
    encoded = rsa.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises((*verify_package.BROKEN, *verify_package.WRONG)):
        verify_package.holds({"public_key": base64.b64encode(encoded).decode()}, bytes(256), b"a teapot")


def element(size: int, length: bytes) -> bytes:
    """An octet string of so many bytes, inside a sequence whose own length nobody looks at."""
    return b"\x30\x00" + b"\x04" + length + bytes(size)


@pytest.mark.parametrize("size", [0, 1, 126, 127, 128, 255, 256, 65535, 65536])
def test_each_length_has_one_encoding(size: int) -> None:
    """Whatever DER allows is read, whole, and nothing else is."""
    longer = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    good = bytes([size]) if size < 128 else bytes([0x80 | len(longer)]) + longer
    (found,) = verify_package.parts(element(size, good), 4)
    assert (found[0], len(verify_package.body(found))) == (4, size)
    bad = [bytes([0x80 | len(longer) + 1]) + b"\0" + longer, b"\x80", bytes([0x85]) + size.to_bytes(5, "big")]
    bad += [bytes([0x81, size])] if size < 128 else []
    for length in bad:
        with pytest.raises(verify_package.Refused):
            verify_package.parts(element(size, length), 4)
    if size:
        with pytest.raises(verify_package.Refused, match="cut off"):
            verify_package.parts(element(size, good)[:-1], 4)


def test_a_single_byte_is_no_element() -> None:
    with pytest.raises(verify_package.Refused):
        verify_package.parts(b"\x30\x01\x04", 4)


@pytest.mark.parametrize(("limit", "file"), [("MAX_DATA", "bag/data/a.txt"), ("MAX_OTHER", "attest/a.txt")])
def test_pp_6_a_file_may_be_as_large_as_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, file: str
) -> None:
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_bytes(bytes(10))
    monkeypatch.setattr(verify_package, "MAX_DATA", 10 if limit == "MAX_DATA" else 0)
    monkeypatch.setattr(verify_package, "MAX_OTHER", 10 if limit == "MAX_OTHER" else 0)
    assert set(verify_package.walk(tmp_path)) == {file}
    monkeypatch.setattr(verify_package, limit, 9)
    with pytest.raises(verify_package.Refused, match="too large"):
        verify_package.walk(tmp_path)
