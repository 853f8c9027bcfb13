# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Approvals and the entry in the log as a package is finished: what is not exactly about this manifest is nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest

from privity.desk.audit.acts import Act
from privity.desk.audit.proof import EntryProof
from privity.desk.legal.releasing import approvals
from privity.desk.legal.releasing.errors import NotApproved, NotLogged
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.tree import leaf_hash
from tests.production.scene import COLLECTED, LOG, PLACE, Scene


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene()


def test_lp_22_one_person_the_same_key_or_another_manifest_approve_nothing(scene: Scene) -> None:
    prepared, other = scene.prepared(), scene.prepared(case="LP-2026-0002")
    one, two = scene.one.approves(prepared), scene.two.approves(prepared)
    namesake = replace(one, key=msgspec.structs.replace(one.key, person="staff:9"))
    for approved in ((), (one,), (one, one), (one, namesake), (one, two, one)):
        with pytest.raises(NotApproved, match="2 people"):
            scene.finished(prepared, approved=approved)
    with pytest.raises(NotApproved, match="another manifest"):
        scene.finished(prepared, approved=(one, scene.two.approves(other)))
    with pytest.raises(NotApproved, match="does not hold"):
        scene.finished(prepared, approved=(one, replace(two, signature=one.signature)))
    scene.two.passkey.verifies = False
    unverified = scene.two.approves(prepared)
    scene.two.passkey.verifies = True
    with pytest.raises(NotApproved, match="did not verify"):
        scene.finished(prepared, approved=(one, unverified))


@pytest.mark.parametrize("answer", ["", "{}", "[]", '{"rawId":"*","response":{}}'])
def test_bytes_that_are_no_answer_approve_nothing(scene: Scene, answer: str) -> None:
    with pytest.raises(NotApproved):
        approvals.approval(answer, scene.one.key)


def test_an_answer_by_another_passkey_or_a_broken_key_is_refused(scene: Scene) -> None:
    given = json.dumps(
        {"rawId": "AAAA", "response": dict.fromkeys(("clientDataJSON", "authenticatorData", "signature"), "AAAA")}
    )
    with pytest.raises(NotApproved, match="expected that of staff:1"):
        approvals.approval(given, scene.one.key)
    with pytest.raises(NotApproved, match="cannot be read"):
        approvals.passkey("staff:1", b"id", b"\xa0", PLACE, COLLECTED)


def test_the_release_of_another_manifest_or_another_act_is_no_release(scene: Scene) -> None:
    prepared = scene.prepared()
    other = scene.released(scene.prepared(case="LP-2026-0002"))
    with pytest.raises(NotLogged, match="not the release"):
        scene.finished(prepared, release=other)
    with pytest.raises(NotLogged, match="not the release"):
        scene.finished(prepared, release=scene.released(prepared, act=Act.CASE_OPENED))
    good = scene.released(prepared)
    for bad in (replace(good, path=good.path[1:]), replace(good, index=5), replace(good, entry=good.entry + b" ")):
        with pytest.raises(NotLogged):
            scene.finished(prepared, release=bad)


def test_an_entry_stands_where_it_says(scene: Scene) -> None:
    prepared = scene.prepared()
    entry = scene.released(prepared).entry
    checkpoint = Checkpoint(LOG, 1, leaf_hash(entry))
    moved = EntryProof(entry, 0, (), sign_checkpoint(scene.log_key, checkpoint))
    with pytest.raises(NotLogged, match="entry 6 of the log is shown as entry 0"):
        scene.finished(prepared, release=moved)
