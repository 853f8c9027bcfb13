# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal verify`: the same lines as the verifier alone, and a status that programs can trust."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from privity.desk.legal.commands import app
from tests.production.scene import Scene, beside, saved


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
    assert [line.split()[1] for line in text.splitlines()[:-1]] == ["pass"] * 9
    (place / "bag/data/records/sessions.csv").write_bytes(b"another")
    code, text = said(capsys, *arguments)
    assert (code, text.splitlines()[-1]) == (1, "NOT verified")
    assert "sessions.csv" in text
    code, text = said(capsys, *arguments, "--json")
    assert (code, json.loads(text)["verified"]) == (1, False)
