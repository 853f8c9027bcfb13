# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A profile promises nothing that no table holds: where the desk starts, where it is tried out, and in the examples."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from privity.desk import config as desk_config
from privity.desk.console.legal_desk import legal_desk_of
from privity.desk.legal.collecting import capabilities, holding
from privity.desk.legal.collecting.commands import capabilities as print_capabilities
from privity.desk.legal.commands import explain
from privity.desk.legal.guide.gathering import inventories
from privity.desk.legal.rulebook import profile, strict_yaml
from privity.desk.legal.rulebook.errors import ProfileRefused
from privity.desk.legal.rulebook.profile import Profile
from privity.faces.drill.legal import rules as of_the_drill
from privity.production.classes import Releasable
from privity.tlog.verifier_key import KeyKind, VerifierKey
from tests.desk.conftest import Home

EXAMPLES: Final = Path(__file__).resolve().parents[4] / "docs" / "operators" / "examples"
ABSENT: Final = Releasable.SESSION_IP


def test_what_is_held_is_what_the_inventories_say() -> None:
    """And the tables that a collector writes out itself: the manifest knows both."""
    found = {
        each
        for inventory in inventories().values()
        for table in inventory.tables.values()
        for each in Releasable
        if table.reached_by(each)
    }
    assert holding.held() == found | {Releasable.CONTENT_REPORTED} == frozenset(Releasable) - {ABSENT}


@pytest.mark.parametrize("name", Releasable)
def test_each_class_that_no_table_holds_is_refused_by_its_name(name: Releasable) -> None:
    said = Profile(holds={name: 30})
    if name is ABSENT:
        with pytest.raises(ProfileRefused, match=f"says that {name.value} is held, and no table holds it"):
            holding.must_be_held(said)
    else:
        holding.must_be_held(said)


def test_a_class_whose_tables_are_gone_is_refused_like_one_that_never_had_any(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = capabilities.shipped()
    left = [one for one in shipped.collectors if one.data_class is not Releasable.DELIVERY_METADATA]
    less = capabilities.Capabilities(shipped.format, left, shipped.not_read)
    monkeypatch.setattr(capabilities, "shipped", lambda: less)
    with pytest.raises(ProfileRefused, match="delivery_metadata"):
        holding.must_be_held(Profile(holds={Releasable.DELIVERY_METADATA: 14}))


def test_the_profiles_that_are_shipped_promise_nothing_that_is_not_there() -> None:
    for data in (EXAMPLES.joinpath("legal-profile.yaml").read_bytes(), of_the_drill.profile()):
        read = profile.read(strict_yaml.load(data))
        assert read.holds
        holding.must_be_held(read)


def promising(folder: Path) -> Path:
    file = folder / "promising.yaml"
    file.write_text(EXAMPLES.joinpath("legal-profile.yaml").read_text() + "  session_ip: 30\n")
    return file


def test_whoever_tries_a_request_with_such_a_profile_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = promising(tmp_path)
    with pytest.raises(SystemExit, match=r"ProfileRefused: .*session_ip"):
        explain(EXAMPLES / "legal-request.yaml", profile_file=file)
    with pytest.raises(SystemExit, match=r"ProfileRefused: .*session_ip"):
        print_capabilities(profile_file=file)
    assert capsys.readouterr().out == ""
    print_capabilities(profile_file=EXAMPLES / "legal-profile.yaml")
    assert "every class that the profile says is held has a table" in capsys.readouterr().out


def test_no_desk_starts_with_such_a_profile(home: Home) -> None:
    file = home.file("http://127.0.0.1:1")
    section = f'[desk.legal]\nprofile = "{promising(home.folder).name}"\ncontact = "legal@example.org"\n'
    file.write_text(file.read_text() + section)
    config = desk_config.load(file)
    log = VerifierKey.of("hub.example/audit", KeyKind.ED25519, home.keys().audit)
    with pytest.raises(ProfileRefused, match="session_ip"):
        legal_desk_of(config, home.keys(), log, 0, os.urandom)
