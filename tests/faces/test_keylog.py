# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The key log at the command line: who watches it, what it shows of a person, and deciding whom to believe."""

from __future__ import annotations

from pathlib import Path

from privity.tlog.verifier_key import KeyKind, VerifierKey
from tests.faces.shell import Town


def test_who_watches_the_log(town: Town) -> None:
    shown = town.alice.ok("keylog").splitlines()
    assert shown[0].startswith("localhost/keylog: ")
    assert "entries, the newest of 20" in shown[0]
    assert shown[1].startswith("identity ")
    assert shown[1] == town.bob.ok("keylog").splitlines()[1], "the same on both screens"
    assert shown[2].startswith("audited by watch.example/witness, 20")
    assert shown[2].endswith("(1 of 1 must agree)")
    assert len(shown) == 3


def test_what_happened_to_the_keys_of_a_person(town: Town) -> None:
    shown = town.alice.ok("verify", "carol.d").splitlines()
    assert len(shown[0].split()) == 12
    assert shown[2] == "the keys of carol.d, as the log shows them to everybody:"
    assert "account made: new device " in shown[3]
    assert shown[-1].startswith("audited by")


def test_one_history_leaves_no_evidence(town: Town, tmp_path: Path) -> None:
    refused = town.alice.refused("keylog", "evidence", str(tmp_path / "two"))
    assert "shown this device one history" in refused
    assert not (tmp_path / "two").exists()


def test_a_witness_of_ones_own_choice_is_the_one_that_counts(town: Town) -> None:
    """It has seen nothing of this log: from then on nothing new is believed, until the person thinks otherwise."""
    stranger = VerifierKey.of("elsewhere.example/witness", KeyKind.COSIGNATURE, bytes(range(32))).encode()
    trusted = town.carol.ok("keylog", "trust", stranger)
    assert "1 must agree" in trusted
    assert "UNAUDITED: 1 of the witnesses" in trusted
    assert "UNAUDITED: 1 of the witnesses" in town.carol.ok("keylog")
    assert "QuorumMissing" in town.carol.refused("verify", "alice.b")
    assert "BadVerifierKey" in town.carol.refused("keylog", "trust", "nonsense")
    assert "BadLogPolicy" in town.carol.refused("keylog", "trust", stranger, "--quorum", "2")
    town.carol.ok("keylog", "trust", town.home.witness_key)
    assert "audited by watch.example/witness" in town.carol.ok("verify", "alice.b")


def test_starting_over_takes_the_log_that_the_hub_shows(town: Town) -> None:
    assert "localhost/keylog is believed from here on" in town.bob.ok("keylog", "start-over")
    assert "audited by watch.example/witness" in town.bob.ok("verify", "alice.b")
