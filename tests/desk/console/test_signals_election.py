# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Election mode on its page: one person asks, another agrees with a passkey, and everybody sees who and until when."""

from __future__ import annotations

from privity.desk.signals.lifecycle import election
from privity.desk.signals.lifecycle.election import DAY_MS, WAITS_MS
from tests.desk.console.signals_scene import WRITER, Rules, rules

__all__ = ["rules"]

PATH = "/rules/election"


async def test_one_asks_and_another_agrees(rules: Rules) -> None:
    one, other, moderator = await rules.senior(), await rules.senior(), await rules.moderator()
    db = rules.pages.db
    assert "It was never on here." in (await moderator.get(PATH)).text
    assert "<form" not in (await moderator.get(PATH)).text.split("<main")[1]
    assert (await one.submit(PATH, f"{PATH}/ask", days="20", words="The vote of the 17th")).location == PATH
    assert not election.on(db, rules.now_ms)
    own = (await one.get(PATH)).text
    assert "You asked for it. Somebody else agrees." in own and f"{PATH}/1/agree" not in own
    asked = await one.post(f"{PATH}/1/agree")
    refused = await one.fill(asked.form(f"{PATH}/1/agree"))
    assert refused.status == 409 and "SecondPerson" in refused.text
    assert (await other.post(f"{PATH}/1/agree")).status == 403, "without a passkey"
    assert not election.on(db, rules.now_ms)
    await other.submit(PATH, f"{PATH}/1/agree")
    assert election.on(db, rules.now_ms)
    page = (await moderator.get(PATH)).text
    assert "<strong>On</strong> until" in page and "20 d 0 h left" in page
    assert "Member 1 asked for it, Member 2 agreed." in page and "The vote of the 17th" in page
    twice = await one.post(f"{PATH}/ask", days="3", words="Another")
    assert twice.status == 409 and "ElectionRefused" in twice.text


async def test_it_is_ended_early_and_by_itself(rules: Rules) -> None:
    senior, db = await rules.senior(), rules.pages.db
    election.ask(db, WRITER, rules.now_ms + 2 * DAY_MS, "The vote", rules.now_ms)
    await senior.submit(PATH, f"{PATH}/1/agree")
    await senior.submit(PATH, f"{PATH}/1/end", words="It was moved.")
    assert not election.on(db, rules.now_ms)
    assert "ended early" in (await senior.get(PATH)).text
    await senior.submit(PATH, f"{PATH}/ask", days="1", words="The other day")
    rules.pages.clock.pass_ms(WAITS_MS)
    later = await rules.senior()
    page = (await later.get(PATH)).text
    assert "nobody agreed in time" in page and "<strong>Off.</strong>" in page
    for wrong in ("0", "61", "", "x"):
        assert (await later.post(f"{PATH}/ask", days=wrong, words="The vote")).status == 400, wrong
    unsaid = await later.post(f"{PATH}/ask", days="3", words=" ")
    assert unsaid.status == 409 and "WordsMissing" in unsaid.text
