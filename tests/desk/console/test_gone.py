# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pages after retention: what is gone is said to be gone, and why nothing goes stands where somebody looks."""

from __future__ import annotations

from privity.desk.audit import cosigned, log
from privity.desk.db.transaction import transaction
from privity.desk.evidence import listing
from privity.desk.evidence.shredding import shred
from privity.desk.retention import clock
from privity.desk.retention.errors import ClockDoubted
from privity.desk.staff.rights import Role
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from tests.desk.console.conftest import Pages
from tests.desk.console.scene import Scene


async def test_a_case_whose_evidence_is_gone_says_so_and_shows_no_button_for_it(console: Pages) -> None:
    scene = Scene(console)
    picture, ciphertext = scene.file(b"not a real picture")
    number, case = scene.report(picture, files=[ciphertext])
    visitor = await console.visitor(Role.MODERATOR)
    before = await visitor.get(f"/case/{case}")
    assert "Show words" in before.text and "was deleted on" not in before.text
    words = before.form(f"/case/{case}/words")
    reveal = (await visitor.fill(words)).form(f"/case/{case}/picture")
    records = [record.number for record in listing.listed(console.db, number)]
    with transaction(console.db):
        assert shred(console.db, records, console.clock.now_ms) == 2
    after = (await visitor.get(f"/case/{case}")).text
    assert "What was kept of it was deleted on" in after and "Show words" not in after
    assert "signed by the sender’s device" in after, "what was found stays"
    for form, fields in ((words, {}), (reveal, {"stage": "small", "words": "work on it"})):
        answer = await visitor.fill(form, **fields)
        assert (answer.status, "was deleted when its time was over" in answer.text) == (409, True), answer.text


async def test_a_doubted_clock_and_a_contradicted_log_stand_where_somebody_looks(console: Pages) -> None:
    visitor = await console.visitor(Role.SENIOR)
    calm = (await visitor.get("/attention")).text
    assert "clock is doubted" not in calm and "audit log is not the one" not in calm
    clock.look(console.db, console.clock.now_ms, None)
    try:
        clock.look(console.db, console.clock.now_ms + 20 * 86_400_000, None)
        raise AssertionError("three weeks are more than one look believes")
    except ClockDoubted:
        pass
    name = console.shared.config.audit_name
    note = sign_checkpoint(console.keys.audit, Checkpoint(name, log.size(console.db) + 9, b"q" * 32))
    cosigned.keep_contradiction(console.db, "<b>ann</b>.example/witness", note.encode(), console.clock.now_ms)
    page = (await visitor.get("/attention")).text
    assert "Nothing is deleted now, because the clock is doubted. ClockJumped: " in page
    assert "&lt;b&gt;ann&lt;/b&gt;.example/witness has cosigned at" in page and "<b>ann" not in page
