# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Handing messages over at the command line: read what it means, say yes, have a package; or nothing is made."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pyrage
import pytest

from privity.production import archive
from privity.production.writing import verify
from tests.faces.shell import Shell, Town

TO = ("--to", "The teapot office", "--for", "advice")


def selection(package: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((package / "bag" / "data" / "selection.json").read_bytes())
    return found


@pytest.fixture(scope="module")
def talk(town: Town) -> tuple[str, list[str]]:
    """Bob says three things to Alice."""
    room = town.bob.ok("room", "direct", "alice.b").strip()
    sent = [town.bob.ok("send", room, f"teapot number {n}").split()[-1] for n in range(3)]
    town.alice.ok("read", room)
    return room, sent


def says(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{typed}\n"))


def test_messages_are_handed_over_after_a_yes(
    town: Town, talk: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, sent = talk
    out = tmp_path / "package"
    says(monkeypatch, "yes")
    said = town.alice.ok("disclose", room, sent[0], sent[2], *TO, "--out", str(out), "--statement", "I was there.")
    assert "2 messages, written by bob.c" in said and "They are not asked" in said and "cannot take it back" in said
    assert said.index("type yes to go on") < said.index("given to nobody yet")
    assert verify(out, out / "attest" / "keys.json").verified
    found = selection(out)
    assert (found["recipient"], found["purpose"], found["statement"]) == (TO[1], TO[3], "I was there.")
    assert found["gaps"] == [{"after": 1, "unselected": 1}]
    assert "SaveRefused" in town.alice.refused("disclose", room, *TO, "--out", str(out), "--yes")


def test_without_a_yes_nothing_is_made(
    town: Town, talk: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for typed in ("", "no", "y"):
        says(monkeypatch, typed)
        assert "nothing was made" in town.alice.refused("disclose", talk[0], *TO, "--out", str(tmp_path / "no"))
    assert list(tmp_path.iterdir()) == []


def test_a_range_becomes_a_zip_file_and_the_whole_one_that_a_key_opens(
    town: Town, talk: tuple[str, list[str]], tmp_path: Path
) -> None:
    room, sent = talk
    alice, packed, sealed = town.alice, tmp_path / "out.zip", tmp_path / "out.age"
    alice.ok("disclose", "@bob.c", *TO, "--since", sent[1], "--until", sent[1], "--out", str(packed), "--yes")
    with zipfile.ZipFile(packed) as found:
        assert sum("/messages/" in name for name in found.namelist()) == 1
    identity = pyrage.x25519.Identity.generate()
    alice.ok("disclose", room, *TO, "--age", str(identity.to_public()), "--out", str(sealed), "--yes")
    files = archive.unpack(pyrage.decrypt(sealed.read_bytes(), [identity]))
    assert sum("data/messages/" in name for name in files) == 3
    assert "expected an age key" in alice.refused(
        "disclose", room, *TO, "--age", "age1", "--out", str(tmp_path / "x"), "--yes"
    )
    assert sorted(tmp_path.iterdir()) == [sealed, packed]


def test_the_hub_is_asked_where_that_is_said(town: Town, talk: tuple[str, list[str]], tmp_path: Path) -> None:
    room, sent = talk
    asks = ("--fetch", "--keys", "--attest", "--yes")
    said = town.alice.ok("disclose", room, sent[0], *TO, "--out", str(tmp_path / "one"), *asks)
    assert "missing" not in said and "Your server learns" in said
    message = json.loads((tmp_path / "one" / "bag" / "data" / "messages" / "00001.json").read_bytes())
    assert message["attestation"] is not None
    assert selection(tmp_path / "one")["asked"] == {"attestation": True, "files": True, "keys": True}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--to", " ", "--for", "advice"), "names a recipient"),
        (("--to", "somebody", "--for", ""), "names a purpose"),
        ((*TO, "--since", "ffff"), "0 messages have an id"),
    ],
    ids=["nobody", "nothing", "no such message"],
)
def test_what_cannot_be_is_refused_by_name(
    town: Town, talk: tuple[str, list[str]], tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    assert why in town.alice.refused("disclose", talk[0], *arguments, "--out", str(tmp_path / "x"), "--yes")
    assert list(tmp_path.iterdir()) == []


def test_somebody_who_was_not_there_has_nothing_to_hand_over(
    town: Town, talk: tuple[str, list[str]], tmp_path: Path
) -> None:
    carol: Shell = town.carol
    refused = carol.refused("disclose", talk[0], *TO, "--out", str(tmp_path / "x"), "--yes")
    assert "NotNamed" in refused and list(tmp_path.iterdir()) == []
