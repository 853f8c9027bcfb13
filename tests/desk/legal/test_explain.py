# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal explain`: a verdict of any kind ends well, a bad file by name, and the example is what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import pytest

from privity import cli
from privity.desk.legal.commands import explain
from privity.desk.legal.errors import LegalError
from privity.desk.legal.rulebook.errors import DayInvalid, FileUnreadable, ProfileRefused, RulebookError, YamlRefused
from privity.desk.legal.rulebook.model import Action, Looked, Verdict
from tests.desk.legal.rulebook.bases import RULEBOOK

EXAMPLES: Final = Path(__file__).resolve().parents[3] / "docs" / "operators" / "examples"
REQUEST: Final = EXAMPLES / "legal-request.yaml"
PROFILE: Final = EXAMPLES / "legal-profile.yaml"
DAY: Final = "2026-11-26"


def shown(capsys: pytest.CaptureFixture[str], request: Path = REQUEST, profile: Path | None = PROFILE) -> str:
    explain(request, profile_file=profile, today=DAY)
    return capsys.readouterr().out


def decoded(capsys: pytest.CaptureFixture[str], request: Path = REQUEST) -> Verdict:
    explain(request, profile_file=PROFILE, json=True, today=DAY)
    return msgspec.json.decode(capsys.readouterr().out, type=Verdict)


def test_lp_15_the_example_is_referred_and_says_what_it_would_be(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys).splitlines()
    assert lines[0] == f"rulebook {RULEBOOK.id} {RULEBOOK.version} (draft), sha256 {RULEBOOK.sha256}"
    assert lines[1] == "verdict: refer - a person decides, and nothing leaves meanwhile"
    assert lines[2].startswith("  because  D-REVIEW: the rulebook is a draft")
    would_be = lines.index("if the rulebook were in force: narrow - a part of it may be prepared")
    assert not any(line.startswith("  release") for line in lines[:would_be])
    released = [line.split()[1].rstrip(":") for line in lines if line.startswith("  release")]
    assert released == ["subscriber"]
    assert "  not held session_ip: This operator keeps no addresses of connections." in lines
    assert any(line.startswith("  denied   content_reported: US-S1") for line in lines)
    assert any(line.startswith("  not held content_e2ee: Conversations are encrypted") for line in lines)
    assert any("us.sca.warrant: content_reported" in line for line in lines if line.startswith("  instead"))


def test_lp_17_every_rule_that_was_looked_at_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    verdict = decoded(capsys)
    assert verdict.action is Action.REFER
    assert verdict.would_be is not None
    assert verdict.would_be.action is Action.NARROW
    told = [line.split() for line in shown(capsys).split("looked at:\n")[1].splitlines()]
    for finding, words in zip(verdict.trace, told, strict=True):
        assert " ".join(words).startswith(f"{finding.looked} {finding.code} {finding.action}")
    assert {finding.looked for finding in verdict.trace} == {Looked.FIRED, Looked.NOT_SO}


def test_what_is_missing_is_asked_for_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    less = tmp_path / "request.yaml"
    less.write_text(REQUEST.read_text().replace("gag_requested: false\n", ""))
    text = shown(capsys, less)
    assert "to know  gag_requested: whether secrecy is asked for" in text
    assert "G09 cannot be decided without these facts [missing: gag_requested]" in text


def test_without_a_profile_nothing_binds(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, profile=None)
    assert "if the rulebook were in force: refer" in text
    assert "D-BINDING: it binds nobody of whom this does not hold: the operator is under the jurisdiction" in text


def test_lp_12_a_stranger_is_told_of_no_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stranger = tmp_path / "request.yaml"
    stranger.write_text("requester_verified: false\nasks: [keys]\n")
    text = shown(capsys, stranger)
    assert "verdict: hold" in text
    assert "unseen for at most 72 hours" in text
    assert text.count("G0") == 2
    assert "if the rulebook were in force" not in text


def test_a_participant_goes_on_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = tmp_path / "request.yaml"
    request.write_text(
        "instrument: user.disclosure\nrequester_kind: participant\nauthority_kind: participant\n"
        "requester_verified: true\nexpires_on: never\ngag_requested: false\nflags: []\nasks: [disclose]\n"
        "targets: [{kind: account, value: a}]\nparticipant_auth_webauthn: true\nconversation_id: '17'\n"
        "message_selection: true\npurpose: a complaint\nrecipient: a court\ninformed_consent: true\n"
        "exporter_was_member: true\ninitiated_by: participant\nclasses: [content_e2ee]\n"
    )
    text = shown(capsys, request)
    assert "if the rulebook were in force: proceed" in text
    assert "the participant's own device may go on; the operator releases nothing" in text
    assert "  release" not in text


BAD: Final = {
    "an alias": ("a: &x 1\nb: *x\n", "YamlRefused: line 1, column 4: an anchor is not read here"),
    "no such fact": ("colour: blue\n", "FactUnknown: no rule asks for 'colour'"),
    "another kind": ("emergency: perhaps\n", "FactIllTyped: emergency: expected true or false"),
    "no map": ("- a\n", "FactIllTyped: expected a map of facts, got a list of 1"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_request_ends_by_name(tmp_path: Path, bad: str) -> None:
    text, why = BAD[bad]
    file = tmp_path / "request.yaml"
    file.write_text(text)
    with pytest.raises(SystemExit) as ended:
        explain(file)
    assert str(ended.value).startswith(f"privity: {why}")


def test_a_bad_profile_ends_by_name(tmp_path: Path) -> None:
    file = tmp_path / "profile.yaml"
    file.write_text("holds: {content_e2ee: 30}\n")
    with pytest.raises(SystemExit, match=f"^privity: {ProfileRefused.__name__}: the profile: "):
        explain(REQUEST, profile_file=file)


def test_a_file_that_is_not_there_or_too_large_ends_by_name(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=f"^privity: {FileUnreadable.__name__}: nowhere.yaml: "):
        explain(tmp_path / "nowhere.yaml")
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (1 << 20))
    with pytest.raises(SystemExit, match=f"^privity: {YamlRefused.__name__}: at most 524,288 bytes"):
        explain(large)


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", ""])
def test_what_is_no_day_ends_by_name(day: str) -> None:
    with pytest.raises(SystemExit, match=f"^privity: {DayInvalid.__name__}: expected a day such as 2026-11-26"):
        explain(REQUEST, today=day)


def test_it_is_a_command_of_the_house(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["privity", "legal", "explain", str(REQUEST), "--today", DAY])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert "verdict: refer" in capsys.readouterr().out


def test_every_refusal_is_one_of_the_legal_desks() -> None:
    assert all(issubclass(kind, LegalError) for kind in (RulebookError, DayInvalid, FileUnreadable, YamlRefused))
