# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal verify`: the same lines as the verifier alone, and a status that programs can trust."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from privity.desk.legal.commands import app
from tests.production.scene import Scene, beside, saved
from tests.production.talk import Talk


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    try:
        app(["verify", *arguments], exit_on_error=False)
    except SystemExit as end:
        return int(end.code or 0), capsys.readouterr().out
    return 0, capsys.readouterr().out


def test_a_package_is_checked_offline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scene = Scene()
    place = saved(scene.package(), tmp_path / "package")
    rules = tmp_path / "rulebook.yaml"
    rules.write_bytes(b"an invented rulebook")
    arguments = [str(place), *beside(scene, tmp_path), "--rulebook", str(rules)]
    code, text = said(capsys, *arguments)
    assert (code, text.splitlines()[-1]) == (0, "verified")
    assert [line.split()[1] for line in text.splitlines()[:-1]] == ["pass"] * 10 + ["absent"]
    assert text.splitlines()[-2] == "replay     absent not replayed: that takes the request"
    (place / "bag/data/records/sessions.csv").write_bytes(b"another")
    code, text = said(capsys, *arguments)
    assert (code, text.splitlines()[-1]) == (1, "NOT verified")
    assert "sessions.csv" in text
    code, text = said(capsys, *arguments, "--json")
    assert (code, json.loads(text)["verified"]) == (1, False)


def test_whose_the_messages_are_is_checked_with_the_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both verifiers have to be content; without the keys of the log the second is not."""
    talk = Talk()
    place = saved(talk.package(), tmp_path / "package")
    arguments = [str(place), "--keys", str(place / "attest/keys.json")]
    code, text = said(capsys, *arguments, *talk.trust, "--words")
    assert (code, text.splitlines().count("verified")) == (0, 2)
    assert "  > A teapot is on fire." in text.splitlines()
    code, text = said(capsys, *arguments)
    assert (code, text.splitlines().count("verified"), text.splitlines()[-1]) == (1, 1, "NOT verified")
    code, text = said(capsys, *arguments, *talk.trust, "--json")
    found = json.loads(text)
    assert (code, found["verified"], len(found["messages"]["messages"])) == (0, True, 3)
    code, text = said(capsys, *arguments, *talk.trust[:4], "--quorum", "0", "--accept-listed", "--json")
    assert (code, json.loads(text)["messages"]["verified"]) == (0, True)


def test_keys_of_a_log_that_are_none_are_named(tmp_path: Path) -> None:
    place = saved(Talk().package(), tmp_path / "package")
    with pytest.raises(SystemExit, match="DoesNotVerify: the verifier of messages stopped"):
        app(["verify", str(place), "--keys", str(place / "attest/keys.json"), "--log-key", "words"])
