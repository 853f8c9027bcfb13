# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A real hub, a real desk and real conversations: what leaves for a request about one person, and what is not in it."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import msgspec

from privity.desk.legal.collecting import capabilities, turning
from privity.desk.legal.collecting.model import Collection, Line
from privity.desk.legal.collecting.taking import Order, take
from privity.message.report import Reason
from privity.production.building import Contents, prepare
from privity.production.classes import CONTENT, Releasable
from privity.production.model import Answered, Kind, Released, ThirdParties
from tests.client.town import Town, run, shown, town
from tests.production.scene import FACTS, Scene, beside, saved
from tests.production.scene import run as run_verifier
from tests.production.talk import look

RECORDS = frozenset(Releasable) - CONTENT
REPORTED = "CANARY I have taken your teapot"
PRIVATE = "CANARY nobody reported this"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def collected(here: Town, user_uri: str, *, named: frozenset[Releasable] = frozenset()) -> Collection:
    lines = tuple(Line(one, "account", user_uri, 0, now_ms() + 60_000) for one in Releasable)
    order = Order("legal:1", "0" * 64, lines, named, bytes(32))
    snapshot = await take(here.desk.db, here.desk.hub, here.desk.keys.evidence, order, now_ms)
    again = turning.turn(1, 0, snapshot, capabilities.shipped())
    assert again == turning.turn(1, 0, snapshot, capabilities.shipped())
    return again


def everything(found: Collection) -> str:
    """All that a package would hold of it, as one text; what is in base64 is there as it reads."""
    texts = [table.csv().decode() + table.json().decode() for table in found.tables]
    for table in found.tables:
        sealed = [at for at, column in enumerate(table.columns) if "base64" in column.precision]
        cells = [row[at] for row in table.rows for at in sealed]
        texts += [base64.b64decode(cell).decode("utf-8", "replace") for cell in cells if isinstance(cell, str)]
    for data in (data for group in found.evidence.values() for data in group.values()):
        texts.append(data.decode("utf-8", "replace"))
        try:
            content = json.loads(data).get("content", "")
        except (ValueError, AttributeError):
            continue
        texts.append(base64.b64decode(content).decode("utf-8", "replace"))
    return "\n".join(texts)


def test_what_was_reported_is_there_and_what_was_said_beside_it_is_not(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            await shown(alice, room, await bob.send(room, PRIVATE))
            said = await bob.send(room, REPORTED)
            await shown(alice, room, said)
            await alice.safety.report_messages(room, (said,), Reason.HARASSMENT, "CANARY note of who reported")
            await here.desk.intake.step()
            found = await collected(here, bob.user_uri)
            text = everything(found)
            assert REPORTED in text
            assert PRIVATE not in text and "CANARY note" not in text
            assert alice.user_uri not in text and "alice_a" not in text
            assert bob.user_uri in text and room in text
            (row,) = next(one.rows for one in found.tables if one.name == "content_reported-reported_messages")
            assert "VERIFIED_AUTHORSHIP" in row and "verified" in row
            rows = {one.name: len(one.rows) for one in found.tables}
            assert rows["delivery_metadata-event"] >= 2 and rows["account_state-device"] == 1
            assert rows["account_state-participation"] == 1 and rows["account_state-room_member"] == 1
            assert rows["account_state-kl_value"] == 1 and rows["subscriber-account"] == 1
            for file in here.context.config.keys.rglob("*.key"):
                assert base64.b64encode(file.read_bytes()).decode()[:40] not in text
            about_alice = everything(await collected(here, alice.user_uri))
            assert REPORTED not in about_alice and bob.user_uri not in about_alice
            named = everything(await collected(here, bob.user_uri, named=RECORDS))
            assert alice.user_uri in named and PRIVATE not in named

    run(work())


def packed(scene: Scene, found: Collection, folder: Path) -> Path:
    """The whole package of an operator, with both signatures, approvals and the time-stamp."""
    keys, held = scene.keys(), sorted(found.held)
    contents = Contents(
        tables=tuple(table for table in found.tables if table.named in found.held),
        evidence=found.evidence,
        provenance=found.provenance,
    )
    facts = msgspec.structs.replace(
        FACTS[Kind.PRODUCTION],
        requested=tuple(Answered(one) for one in sorted(found.asked)),
        released=tuple(Released(one) for one in held),
        denied=(),
        not_held=tuple(Answered(one, why="NO_RECORDS") for one in sorted(found.asked - found.held)),
        redactions=found.redactions,
        third_parties=ThirdParties.NAMED_BY_ORDER if found.named else ThirdParties.PSEUDONYMISED,
        named_in=tuple(sorted(found.named & found.held)),
    )
    return saved(scene.finished(prepare(facts, contents, keys, held)), folder)


def test_both_verifiers_pass_what_was_collected(tmp_path: Path) -> None:
    """A stranger checks the package with what lies in it, whether or not an order has others named in its records."""

    async def work() -> None:
        async with town(tmp_path / "town") as here:
            alice, bob, room = await here.pair()
            said = await bob.send(room, REPORTED)
            await shown(alice, room, said)
            await alice.safety.report_messages(room, (said,), Reason.HARASSMENT)
            await here.desk.intake.step()
            scene = Scene()
            beside_it = tmp_path / "beside"
            beside_it.mkdir()
            for named in (frozenset[Releasable](), RECORDS):
                found = await collected(here, bob.user_uri, named=named)
                folder = packed(scene, found, tmp_path / f"package-{len(named)}")
                verdict = run_verifier(folder, beside(scene, beside_it))
                assert verdict.code == 0, verdict.text
                told = look(folder, [])
                assert told.code == 0 and not told.failed, told.text
                assert told.results("signature") == ["absent"], "the proof would name everybody in the conversation"

    (tmp_path / "town").mkdir()
    run(work())


def test_who_is_not_here_is_answered_like_who_never_was(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice = await here.person("alice_a")
            nobody = alice.user_uri[:-26] + "b" * 25 + "a"
            found = await collected(here, nobody)
            assert not found.held and alice.user_uri not in everything(found)

    run(work())
