# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of a report: people decide, the hub obeys, who it is about hears why, and somebody else looks again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from privity.faces.demo.asking import Refused
from privity.faces.demo.colleague import Colleague
from privity.faces.demo.person import Person, until
from privity.faces.demo.steps import CheckFailed, Step
from privity.faces.demo.story import Story

CASE = 1
"""The first that anybody reported: Alice's."""
WHY = "You went on after you were asked to stop."


async def play(story: Story) -> None:
    kept = story.home.folder / "kept-elsewhere.checkpoint"
    reference = await _decided(story, kept)
    await _appealed(story, reference)
    await _audited(story, kept)


async def _decided(story: Story, kept: Path) -> str:
    """The decision's reference, as Alice was told it."""
    home, alice = story.home, story.alice
    with story.record.step(
        "decision", "Mara of the desk, who has a passkey and no password, takes the case and limits Alice for a week"
    ) as step:
        mara = await Colleague.come(home, "decision", "Mara", "moderator")
        try:
            await mara.submit(f"/case/{CASE}", f"/case/{CASE}/take")
            words = await mara.submit(f"/case/{CASE}", f"/case/{CASE}/words")
            step.expect("signed by the sender" in words, "she reads what was reported, and how far it is proven")
            preview = await mara.submit(
                f"/case/{CASE}",
                f"/case/{CASE}/preview",
                policy="harassment",
                action="limit",
                days="7",
                evidence=["1:0"],
                reason=WHY,
            )
            step.expect(WHY in preview, "before it counts, she sees the very words that Alice will read")
            await _checkpoint(story, step, kept)
            await mara.submit_last(f"/case/{CASE}/decide")
        finally:
            await mara.close()
        found = await _stands(alice, "limited", 1, "decision")
        (statement,) = found["statements"]
        step.expect(WHY in statement["text"], f"Alice reads why: {WHY}")
        step.expect(
            story.bob.user_uri not in statement["text"] and story.direct not in statement["text"],
            "and neither who reported nor in which conversation",
        )
        refused = await _refused(alice, "ask_contact", handle="dave.demo")
        step.expect("limited" in refused, f"the hub obeys at once: {refused}")
        reference: str = statement["reference"]
        return reference


async def _appealed(story: Story, reference: str) -> None:
    home, alice = story.home, story.alice
    with story.record.step("appeal", "Alice appeals; Noor, who had no part in it, looks again") as step:
        await alice.ask("appeal", reference=reference, text=home.canary("I had not seen that I was asked to stop."))
        noor = await Colleague.come(home, "appeal", "Noor", "appeals")
        try:

            async def lodged() -> bool:
                return "/appeal/1" in await noor.get("/appeals")

            await until(lodged, "appeal", "the appeal to reach the desk")
            await noor.submit("/appeal/1", "/appeal/1/words")
            await noor.submit("/appeal/1", "/appeal/1/answer", outcome="overturn", words="A warning would have done.")
        finally:
            await noor.close()
        found = await _stands(alice, "good", 2, "appeal")
        step.expect(found["statements"][0]["kind"] == "appeal", "she is told what became of it")
        await alice.ask("ask_contact", handle="dave.demo")
        step.happened("and does what she could not do a moment ago")
        step.happened("what was decided and undone stays written: undoing is an entry more, not one less")


async def _audited(story: Story, kept: Path) -> None:
    """An owner of the desk's machine who changes one letter of what was done there."""
    home = story.home
    with story.record.step(
        "audit", "somebody kept a checkpoint of what the desk did; the desk's owner rewrites an entry before it"
    ) as step:
        honest = await asyncio.to_thread(home.desk_command, "audit", "verify", "--checkpoint", str(kept))
        step.expect(honest.returncode == 0, f"the log as it is holds: {_first(honest.stdout)}")
        export = home.folder / "desk-acts.jsonl"
        await asyncio.to_thread(home.desk_command, "audit", "export", str(export))
        written = export.read_bytes()
        changed = written.replace(b'"act":"staff.joined"', b'"act":"staff.ended"', 1)
        if changed == written:
            raise CheckFailed("audit", "expected somebody who joined the staff in the exported log; nobody did")
        export.write_bytes(changed)
        bent = await asyncio.to_thread(
            home.desk_command, "audit", "verify", "--entries", str(export), "--checkpoint", str(kept)
        )
        step.expect(bent.returncode != 0, f"one word changed in one entry: {_first(bent.stderr)}")


async def _checkpoint(story: Story, step: Step, kept: Path) -> None:
    done = await asyncio.to_thread(story.home.desk_command, "audit", "checkpoint", "--out", str(kept))
    step.expect(done.returncode == 0 and kept.is_file(), "somebody elsewhere keeps a checkpoint of the desk's acts")


async def _stands(person: Person, wanted: str, told: int, check: str) -> dict[str, Any]:
    """Where the account stands, once it stands there and its person was told so many times why."""
    found: dict[str, Any] = {}

    async def so() -> bool:
        found.update(await person.ask("standing"))
        return bool(found["standing"] == wanted and len(found["statements"]) == told)

    await until(so, check, f"the account of {person.name} to stand {wanted}")
    return found


async def _refused(person: Person, verb: str, **given: object) -> str:
    try:
        await person.ask(verb, **given)
    except Refused as err:
        return str(err)
    raise CheckFailed("decision", f"{person.name} could still {verb.replace('_', ' ')}")


def _first(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "(nothing was printed)"
