# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports that must not verify: Bob bends what he really received, seals it, and sends it like any report."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace

from privity.client.engine import calls, evidence
from privity.client.errors import HubUnreachable
from privity.client.sdk import Device
from privity.faces.demo.findings import finding
from privity.faces.demo.home import Home
from privity.faces.demo.steps import Record
from privity.message import compose, sealed_report
from privity.message.franking import Frank
from privity.message.report import AbuseReport, Reason, ReportedMessage
from privity.wire import rest


@dataclass(frozen=True, slots=True)
class Lie:
    """One bent report, and the refusal that must meet it."""

    name: str
    attempt: str
    report: AbuseReport
    expected: str


async def play(home: Home, record: Record, bob: Device, dave: Device, room: str) -> None:
    """Send all of them and look at what the desk says."""
    genuine = _genuine(bob, room)
    lies = _lies(genuine, dave, room)
    with record.step("forgery", "Bob sends forged, altered, replayed and re-attributed reports") as step:
        receipts = [await _send(bob, lie.report) for lie in lies]
        found = await asyncio.gather(*(finding(home, receipt, "forgery") for receipt in receipts))
        for lie, one in zip(lies, found, strict=True):
            step.expect(one["outcome"] == lie.expected, f"{lie.attempt}: {one['outcome']} ({one['detail']})")


def _genuine(bob: Device, room: str) -> AbuseReport:
    device = bob.host.engine.device
    item = next(item for item in bob.read(room) if item.sender and item.sender != bob.user_uri)
    kept = evidence.find(device, room, item.message_id)
    if kept is None:
        raise HubUnreachable("Bob kept no evidence of the message")
    message = ReportedMessage(kept.data, kept.frank(), kept.ts_ms)
    return AbuseReport(bob.user_uri, kept.sender_uri, room, Reason.HARASSMENT, "invented", (message,))


def _lies(genuine: AbuseReport, dave: Device, room: str) -> list[Lie]:
    (message,) = genuine.messages
    author = compose.Author(genuine.alleged_uri, room)
    invented = compose.text(author, "words that Alice never said", random=os.urandom).encode()
    altered = message.data[:-1] + bytes([message.data[-1] ^ 1])
    made_up = Frank(os.urandom(32), message.frank.suite_id, os.urandom(64))

    def bent(**changes: object) -> AbuseReport:
        return replace(genuine, messages=(replace(message, **changes),))  # type: ignore[arg-type]  # names its fields

    return [
        Lie("forged", "invented words with an invented frank", bent(data=invented, frank=made_up), "MISMATCH"),
        Lie("transplanted", "invented words under the frank of a real message", bent(data=invented), "MISMATCH"),
        Lie("altered", "a real message with one letter changed", bent(data=altered), "MISMATCH"),
        Lie("replayed", "a real message at another time", bent(ts_ms=message.ts_ms + 60_000), "MISMATCH"),
        Lie(
            "re-attributed",
            "a real message as if Dave had sent it",
            replace(genuine, alleged_uri=dave.user_uri),
            "WRONG_SENDER",
        ),
        Lie(
            "moved",
            "a real message as if from another room",
            replace(genuine, room_uri=room[:-26] + "a" * 26),
            "WRONG_ROOM",
        ),
    ]


async def _send(bob: Device, report: AbuseReport) -> str:
    intake = bob.host.engine.device.own.intake_key
    connection = bob.host.connection
    if connection is None or intake is None:
        raise HubUnreachable("Bob is not connected")
    answer = await connection.call(calls.report(sealed_report.seal(intake, report)))
    if not isinstance(answer, rest.ReportReceived):
        raise HubUnreachable("the hub gave no receipt")
    return answer.receipt
