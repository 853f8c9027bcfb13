# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pure rows of the main bench measure what they say; how fast it was is not asserted."""

from __future__ import annotations

from bench import franking
from privity.message.franking import accept
from privity.message.verify_report import HubAnswer, Question


def test_world_is_genuine() -> None:
    w = franking.make_world()
    found = accept(w.data, w.alice, w.room, franking.TS, w.tag, w.frank(), w.hub_public)
    assert len(found.data) > franking.BODY_BYTES
    question = Question(w.tag, w.alice, w.room, franking.TS, w.frank())
    assert w.ask(question) is HubAnswer.VERIFIED
    assert w.ask(Question(w.tag, w.bob, w.room, franking.TS, w.frank())) is HubAnswer.MISMATCH


def test_every_step_gets_a_row() -> None:
    rows = franking.rows(quick=True)
    assert len(rows) == 4
    assert all(row.ours is not None and row.ours > 0 for row in rows)
