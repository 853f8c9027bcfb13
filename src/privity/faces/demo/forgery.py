# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports that must not verify: Bob bends what he really received; then the operator uses the hub's own keys."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from privity.faces.demo.findings import finding, findings
from privity.faces.demo.person import Person, until
from privity.faces.demo.story import Story
from privity.message import compose, sealed_report
from privity.message.franking import Frank, frank, make_tag, period_of
from privity.message.report import AbuseReport, ReportedMessage
from privity.message.safe_aad import encode_aad


@dataclass(frozen=True, slots=True)
class Lie:
    """One bent report, and the refusal that must meet it."""

    attempt: str
    report: AbuseReport
    expected: str


async def play(story: Story) -> None:
    await _genuine(story)
    room = story.direct
    message = await _message_of(story.bob, story.alice, room)
    genuine = AbuseReport.decode(bytes.fromhex(await story.bob.ask("evidence", room=room, message=message)))
    await _bent(story, _without_authorship(genuine))
    await _fabricated(story, genuine)


async def _genuine(story: Story) -> None:
    with story.record.step(
        "report", "Bob reports a message of Alice to the desk; so does Carol, who was removed"
    ) as step:
        room, message = story.direct, await _message_of(story.bob, story.alice, story.direct)
        receipt = await story.bob.ask("report", room=room, message=message)
        found = await finding(story.home, receipt, "report")
        step.expect(found["outcome"] == "VERIFIED_AUTHORSHIP", f"the desk says {found['outcome']}: {found['meaning']}")
        message = await _message_of(story.carol, story.alice, story.group)
        receipt = await story.carol.ask("report", room=story.group, message=message)
        found = await finding(story.home, receipt, "report")
        step.expect(
            found["outcome"] == "VERIFIED_AUTHORSHIP" and found["reporter_participated"],
            f"what Carol received while she was a member: {found['outcome']}, and she was there",
        )


async def _bent(story: Story, genuine: AbuseReport) -> None:
    lies = _lies(genuine, story.dave.user_uri)
    with story.record.step("forgery", "Bob sends forged, altered, replayed and re-attributed reports") as step:
        receipts = [await _send(story, lie.report) for lie in lies]
        receipts.append(await _send(story, genuine))
        *found, again = await findings(story.home, receipts, "forgery")
        for lie, one in zip(lies, found, strict=True):
            step.expect(one["outcome"] == lie.expected, f"{lie.attempt}: {one['outcome']} ({one['detail']})")
        step.expect(
            again["repeats_report"] is not None,
            f"the genuine one a second time: {again['outcome']}, repeats report {again['repeats_report']}",
        )


async def _fabricated(story: Story, genuine: AbuseReport) -> None:
    """The operator owns the key of level 1, so that level 1 cannot stop it: only the sender's own key can."""
    with story.record.step(
        "fabrication", "the operator makes up words of Alice and franks them with the hub's own keys"
    ) as step:
        (message,) = genuine.messages
        author = compose.Author(genuine.alleged_uri, genuine.room_uri)
        content = compose.text(author, "words that Alice never said", random=os.urandom)
        data = content.encode()
        tag = make_tag(data, content.salt)
        ts_ms = message.ts_ms + 1
        keys = story.home.home / "hub" / "keys"
        period_key = (keys / "periods" / f"{period_of(ts_ms)}.key").read_bytes()
        signing = (keys / "franking.key").read_bytes()
        made = frank(period_key, signing, message.frank.suite_id, tag, genuine.alleged_uri, genuine.room_uri, ts_ms)
        assert message.authorship is not None  # Bob's device proves authorship
        claimed = replace(message.authorship, aad=encode_aad(tag))
        forged = replace(genuine, messages=(ReportedMessage(data, made, ts_ms, claimed),))
        found = await finding(story.home, await _send(story, forged), "fabrication")
        step.expect(
            found["outcome"] == "VERIFIED" and found["level"] == 1 and found["authorship"] == "fails",
            f"the desk says {found['outcome']}, level {found['level']}; proof by Alice's key: {found['authorship']}",
        )
        step.happened("nothing irreversible may rest on level 1 (SECURITY.md)")


async def _message_of(reader: Person, sender: Person, room: str) -> str:
    """The id of a message that the sender wrote and the reader shows."""
    found: list[str] = []

    async def there() -> bool:
        found[:] = [item["id"] for item in await reader.items(room) if item["sender"] == sender.user_uri]
        return bool(found)

    await until(there, "report", f"a message of {sender.name} at {reader.name}")
    return found[0]


def _without_authorship(report: AbuseReport) -> AbuseReport:
    return replace(report, messages=tuple(replace(message, authorship=None) for message in report.messages))


def _lies(genuine: AbuseReport, dave: str) -> list[Lie]:
    (message,) = genuine.messages
    room = genuine.room_uri
    author = compose.Author(genuine.alleged_uri, room)
    invented = compose.text(author, "words that Alice never said", random=os.urandom).encode()
    altered = message.data[:-1] + bytes([message.data[-1] ^ 1])
    made_up = Frank(os.urandom(32), message.frank.suite_id, os.urandom(64))

    def bent(**changes: object) -> AbuseReport:
        return replace(genuine, messages=(replace(message, **changes),))  # type: ignore[arg-type]  # names its fields

    return [
        Lie("invented words with an invented frank", bent(data=invented, frank=made_up), "MISMATCH"),
        Lie("invented words under the frank of a real message", bent(data=invented), "MISMATCH"),
        Lie("a real message with one letter changed", bent(data=altered), "MISMATCH"),
        Lie("a real message at another time", bent(ts_ms=message.ts_ms + 60_000), "MISMATCH"),
        Lie("a real message as if Dave had sent it", replace(genuine, alleged_uri=dave), "WRONG_SENDER"),
        Lie("a real message as if from another room", replace(genuine, room_uri=room[:-26] + "a" * 26), "WRONG_ROOM"),
    ]


async def _send(story: Story, report: AbuseReport) -> str:
    intake = bytes.fromhex(await story.bob.ask("intake_key"))
    receipt: str = await story.bob.ask("send_sealed", sealed=sealed_report.seal(intake, report).hex())
    return receipt
