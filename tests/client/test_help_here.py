# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A server's own lines of help on a device: after what everybody is told, marked, and nothing but plain lines."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from privity.client import help_here as module
from privity.client.errors import HubUnreachable
from privity.client.help_here import help_here
from privity.client.helping import HELP, MAX_SHOWN, Help, help_for
from privity.message.report import Reason
from privity.policy.help_lines import KNOWN_HOSTS, MAX_LINES
from privity.wire.errors import Code, Refusal
from privity.wire.rest import HelpLine, ServerInfo
from tests.attacks.test_hostile_hub_first_contact import HONEST

OWN = HelpLine("A line for teapots.", [], "https://help.teapots.example/", "DE")
SHOWN = Help("DE: A line for teapots.", "https://help.teapots.example/", by_server=True)


@dataclass
class Connection:
    """A hub that answers with these bytes, or not at all."""

    answers: bytes | Exception | None
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def request(self, method: str, path: str, body: bytes, content_type: str) -> bytes:
        self.asked.append((method, path, body))
        if self.answers is None:
            await asyncio.Event().wait()
        if isinstance(self.answers, Exception):
            raise self.answers
        assert isinstance(self.answers, bytes)
        return self.answers


@dataclass
class Host:
    """A device that is connected to it."""

    connection: Connection | None

    def connected(self) -> Connection:
        if self.connection is None:
            raise HubUnreachable("not connected")
        return self.connection


def said(*lines: HelpLine) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(HONEST, help=list(lines)))


async def shown(answers: bytes | Exception | None, reason: Reason = Reason.THREAT) -> tuple[Help, ...]:
    host: Any = Host(Connection(answers))
    return await help_here(host, reason)


@pytest.mark.parametrize("reason", list(Reason))
async def test_it_comes_after_what_everybody_is_told_and_is_the_servers_word(reason: Reason) -> None:
    found = await shown(said(OWN), reason)
    assert found == (*help_for(reason), SHOWN)
    assert not any(one.by_server for one in help_for(reason))


async def test_it_is_for_its_reasons_and_an_unknown_one_is_none(reason: Reason = Reason.THREAT) -> None:
    wanted, other, newer = (HelpLine(name, [name]) for name in ("threat", "spam", "a_reason_of_a_later_version"))
    found = await shown(said(wanted, other, newer), reason)
    assert [one.text for one in found if one.by_server] == ["threat"]


async def test_the_question_says_nothing_of_the_reason() -> None:
    connection = Connection(said(OWN))
    host: Any = Host(connection)
    for reason in Reason:
        await help_here(host, reason)
    assert set(connection.asked) == {("GET", "/v1/server", b"")}


@pytest.mark.parametrize(
    "line",
    [
        HelpLine("x", [], "javascript:alert(1)"),
        HelpLine("x", [], "data:text/html,<script>alert(1)</script>"),
        HelpLine("x", [], "http://help.teapots.example/"),
        HelpLine("x", [], "https://stopncii.org@teapots.example/"),
        HelpLine("x", [], "https://st0pncii.org/"),
        HelpLine("x", [], "https://xn--stopnci-q9a.org/"),
        HelpLine("x", [], "https://\u0455topncii.org/"),
        HelpLine("x", [], "https://teapots.example/" + "a" * 10_000_000),
        HelpLine("x" * 10_000_000, []),
        HelpLine("call\u202e112", []),
        HelpLine("two\nlines", []),
        HelpLine("\x1b[2J\x1b]8;;https://teapots.example\x07", []),
        HelpLine("", [], "https://help.teapots.example/"),
        HelpLine("x", [], "", "<script>"),
    ],
    ids=lambda line: f"{line.text[:9]!r} {line.url[:40]!r}",
)
async def test_what_a_hostile_hub_names_never_comes_before_anybody(line: HelpLine) -> None:
    found = await shown(said(line, OWN))
    assert found == (*help_for(Reason.THREAT), SHOWN)


async def test_a_flood_hides_nothing_and_is_cut() -> None:
    found = await shown(said(*[HelpLine(f"line {number}", []) for number in range(100_000)]))
    assert found[: len(HELP[Reason.THREAT])] == HELP[Reason.THREAT]
    assert [one.text for one in found if one.by_server] == [f"line {number}" for number in range(MAX_SHOWN)]
    late = [HelpLine("x\n", [])] * MAX_LINES + [OWN]
    assert await shown(said(*late)) == help_for(Reason.THREAT)


@pytest.mark.parametrize(
    "answers",
    [
        HubUnreachable("gone"),
        Refusal(Code.UNAVAILABLE, "not now"),
        b"",
        b"<html>",
        b"{}",
        said(OWN).replace(b'"help":[', b'"help":[7,'),
        said(OWN).replace(b'"help":[', b'"help":[null,'),
        b"[" * 100_000,
    ],
    ids=range(8),
)
async def test_a_server_that_answers_nonsense_names_nothing(answers: bytes | Exception) -> None:
    assert await shown(answers) == help_for(Reason.THREAT)


async def test_nobody_waits_for_a_server_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    assert await shown(None) == help_for(Reason.THREAT)
    host: Any = Host(None)
    assert await help_here(host, Reason.THREAT) == help_for(Reason.THREAT)


def test_a_server_of_before_names_nothing() -> None:
    known = msgspec.to_builtins(HONEST)
    del known["help"]
    assert msgspec.convert(known, ServerInfo).help == []


def test_what_the_program_names_is_what_nothing_else_may_look_like() -> None:
    hosts = {one.url.removeprefix("https://").partition("/")[0] for lines in HELP.values() for one in lines if one.url}
    assert hosts == set(KNOWN_HOSTS)
