# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Witnesses of the audit log on packages: named once they have cosigned, and then none of them is left out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from privity.desk.audit import cosigned, log
from privity.desk.audit.acts import Act
from privity.desk.legal.releasing import lines, looking, witnessing
from privity.desk.legal.releasing.errors import NotCosigned
from privity.desk.legal.releasing.model import Production, Stage
from privity.desk.legal.requests.model import State
from privity.production.building import Package
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.note import SignedNote
from privity.tlog.verifier_key import KeyKind, VerifierKey
from tests.desk.legal.releasing.floor import DAY_MS, HOUR_MS, Floor
from tests.desk.legal.releasing.test_releasing import looks, opened

PRIVATE = {"pot.example/witness": bytes(range(32)), "lid.example/witness": bytes(range(1, 33))}
POT, LID = PRIVATE


def key_of(name: str) -> VerifierKey:
    return VerifierKey.of(name, KeyKind.COSIGNATURE, PRIVATE[name])


def watched(floor: Floor, *names: str) -> None:
    floor.office = replace(floor.office, witnesses=tuple(map(key_of, names)))


def cosign_by(floor: Floor, *names: str, private: dict[str, bytes] = PRIVATE) -> None:
    """The desk's loop asks these witnesses about the newest checkpoint; what they gave is kept."""
    note = floor.signing.sign()
    size = Checkpoint.decode(note.text).size
    for name in names:
        given = cosign(private[name], name, note.text, floor.now_ms // 1000)
        cosigned.keep(floor.db, name, size, SignedNote(note.text, (*note.signatures, given)))


def witnesses(package: Package) -> list[str]:
    return [key["id"] for key in json.loads(package.files["attest/keys.json"])["keys"] if key["use"] == "witness"]


def logged(floor: Floor) -> Production:
    floor.later()
    cosign_by(floor, *(key.name for key in floor.office.witnesses))
    return floor.logged()


@pytest.mark.usefixtures("own_process")
def test_a_package_of_a_watched_log_has_every_cosignature_and_verifies(floor: Floor, tmp_path: Path) -> None:
    watched(floor, POT, LID)
    made = logged(floor)
    assert floor.finish() == 0
    assert looking.of(floor.db, made.number).stuck.startswith("NotCosigned")
    floor.later(60_000)
    cosign_by(floor, POT, LID)
    assert floor.finish() == 1, looking.of(floor.db, made.number).stuck
    package = opened(floor, made)
    assert witnesses(package) == [POT, LID]
    found = looks(floor, package, tmp_path)
    assert found.code == 0, found.text
    assert found.checks["log"][1] == f"log {floor.office.log.name} witness {POT} witness {LID}"
    note = SignedNote.decode(package.files["attest/checkpoint.txt"])
    assert [each.name for each in note.signatures] == [floor.office.log.name, LID, POT]


def test_without_witnesses_a_package_names_none_and_waits_for_nobody(floor: Floor, tmp_path: Path) -> None:
    made = floor.ready()
    package = opened(floor, made)
    assert witnesses(package) == []
    found = looks(floor, package, tmp_path)
    assert (found.code, found.checks["log"][1]) == (0, f"log {floor.office.log.name}")


def test_a_witness_that_never_cosigned_is_not_named(floor: Floor, tmp_path: Path) -> None:
    """It was written into the configuration, and is not there: nothing would ever leave."""
    watched(floor, POT, LID)
    cosign_by(floor, POT)
    made = floor.logged()
    cosign_by(floor, POT)
    assert floor.finish() == 1
    package = opened(floor, made)
    assert witnesses(package) == [POT]
    assert looks(floor, package, tmp_path).code == 0


def test_a_witness_that_contradicts_the_log_is_not_named(floor: Floor) -> None:
    watched(floor, POT, LID)
    cosign_by(floor, POT, LID)
    other = sign_checkpoint(floor.keys.audit, Checkpoint(floor.office.log.name, 1, b"x" * 32))
    cosigned.keep_contradiction(floor.db, LID, other.encode(), floor.now_ms)
    assert witnessing.heard(floor.db, floor.office) == (key_of(POT),)


@pytest.mark.parametrize("late", [POT, LID])
def test_all_of_them_stand_for_one_checkpoint_after_the_release(floor: Floor, late: str) -> None:
    """One that has seen the log only before the release, or stands for another size than the others, is waited for."""
    watched(floor, POT, LID)
    made = logged(floor)
    (early,) = {POT, LID} - {late}
    cosign_by(floor, early)
    assert made.entry is not None
    with pytest.raises(NotCosigned, match=late):
        witnessing.together(floor.db, floor.office, (POT, LID), made.entry)
    log.add(floor.db, at_ms=floor.now_ms, who="desk", act=Act.LEGAL_READ)
    cosign_by(floor, late)
    with pytest.raises(NotCosigned, match="each witness"):
        witnessing.together(floor.db, floor.office, (POT, LID), made.entry)
    cosign_by(floor, POT, LID)
    note = witnessing.together(floor.db, floor.office, (POT, LID), made.entry)
    assert len(note.signatures) == 3


def test_what_another_key_gave_under_a_witnesss_name_is_not_taken(floor: Floor) -> None:
    watched(floor, POT)
    made = logged(floor)
    cosign_by(floor, POT, private={POT: PRIVATE[LID]})
    assert made.entry is not None
    with pytest.raises(NotCosigned):
        witnessing.together(floor.db, floor.office, (POT,), made.entry)
    assert floor.finish() == 0


def test_a_note_of_another_log_is_none_of_this_one(floor: Floor) -> None:
    watched(floor, POT)
    other = sign_checkpoint(bytes(range(2, 34)), Checkpoint("else.example/desk-audit", 99, b"x" * 32))
    given = cosign(PRIVATE[POT], POT, other.text, floor.now_ms // 1000)
    cosigned.keep(floor.db, POT, 99, SignedNote(other.text, (*other.signatures, given)))
    assert witnessing.heard(floor.db, floor.office) == ()


def test_a_witness_that_stays_away_ends_the_release_after_a_day_and_it_is_looked_at_without_it(floor: Floor) -> None:
    watched(floor, POT, LID)
    made = logged(floor)
    cosign_by(floor, POT)
    assert floor.finish() == 0
    floor.later(DAY_MS - HOUR_MS)
    assert floor.finish() == 0
    assert looking.of(floor.db, made.number).stage is Stage.LOGGED
    floor.later(2 * HOUR_MS)
    assert floor.finish() == 0
    found = looking.of(floor.db, made.number)
    assert (found.stage, found.void_why) == (Stage.VOID, "NotCosigned")
    assert floor.state(made.request) is State.COLLECTED
    watched(floor, POT)
    again = floor.approve_both(floor.review(made.request))
    floor.noticed(again)
    floor.release(again)
    cosign_by(floor, POT)
    assert floor.finish() == 1
    assert lines.witnesses_in(opened(floor, again).files["attest/keys.json"]) == (POT,)


def test_a_cosignature_that_does_not_hold_does_not_leave(floor: Floor) -> None:
    """Somebody wrote it past the desk: the verifier that the desk runs before anything leaves refuses the package."""
    watched(floor, POT)
    made = logged(floor)
    note = floor.signing.sign()
    given = cosign(PRIVATE[POT], POT, note.text, floor.now_ms // 1000)
    bent = replace(given, blob=given.blob[:-1] + bytes([given.blob[-1] ^ 1]))
    size = Checkpoint.decode(note.text).size
    cosigned.keep(floor.db, POT, size, SignedNote(note.text, (*note.signatures, bent)))
    assert floor.finish() == 0
    assert looking.of(floor.db, made.number).stuck.startswith("DoesNotVerify: the package does not verify: log")
