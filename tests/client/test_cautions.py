# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What stands out in a message of somebody new; who is new; and that nobody else learns of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from privity.client.cautions import NEW_MS, PROGRAMS, Caution, cautions_in, is_new, is_stranger
from privity.client.helping import HELP, help_for
from privity.message.report import Reason
from tests.client.town import run, town, until


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("look at https://teapots.example", {Caution.LINK}),
        ("www.teapots.example has them", {Caution.LINK}),
        ("could you send me forty for the pot", {Caution.MONEY}),
        ("buy a GIFT CARD and tell me the number", {Caution.MONEY}),
        ("what is your verification code?", {Caution.MONEY}),
        ("let us go on in another program", {Caution.ELSEWHERE}),
        ("Text me on my other app, I pay you in bitcoin: http://x.example", set(Caution) - {Caution.FILE}),
        *((f"write me on {name.title()}", {Caution.ELSEWHERE}) for name in PROGRAMS),
    ],
)
def test_what_is_asked_for_is_named(text: str, named: set[Caution]) -> None:
    assert set(cautions_in(text, files=False)) == named


@pytest.mark.parametrize(
    "text",
    [
        "",
        "see you at seven at the pier",
        "the kettle is on, and a signal fire on the hill",
        "he moved to the line of trees",
        "I paid for the tea already",
        "httpsomething and awww.cute",
        "the letter came from my aunt, in another chat she said so",
    ],
)
def test_ordinary_talk_stands_out_in_nothing(text: str) -> None:
    assert cautions_in(text, files=False) == ()


def test_a_file_stands_out_and_a_text_without_an_end_costs_nothing() -> None:
    assert cautions_in("", files=True) == (Caution.FILE,)
    assert cautions_in("x" * 1_000_000 + " https://late.example", files=False) == ()


def test_who_is_new_becomes_known_by_time_or_by_comparing(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, _ = await here.pair()
            carol = await here.person("carol_c")
            assert is_new(alice, bob.user_uri) and is_new(alice, carol.user_uri)
            assert not is_new(alice, alice.user_uri)
            assert is_stranger(alice, carol.user_uri)
            await carol.contacts.ask("alice_a")
            await alice.contacts.refresh()
            await alice.contacts.accept(carol.user_uri)
            await carol.contacts.refresh()
            assert is_stranger(alice, carol.user_uri) and not is_stranger(carol, alice.user_uri)
            assert is_new(carol, alice.user_uri), "who was asked for can be somebody else all the same"
            book = alice.host.engine.device.contacts
            known = book.known(carol.user_uri)
            assert known is not None
            book.put(carol.user_uri, replace(known, since_ms=1))
            assert is_new(alice, carol.user_uri), "a hub that calls a contact an old one switches nothing off"
            book.put(carol.user_uri, known)
            await alice.checked.check(bob.user_uri, await alice.verify(bob.user_uri))
            assert not is_new(alice, bob.user_uri)
            assert is_new(bob, alice.user_uri)
            now_ms = bob.host.now_ms
            bob.host.now_ms = lambda: now_ms() + NEW_MS
            assert not is_new(bob, alice.user_uri) and is_new(bob, carol.user_uri)
            bob.host.now_ms = now_ms
            code = await alice.contacts.make_code()
            await carol.contacts.use_code(code)
            await until(alice, lambda: not is_new(alice, carol.user_uri))

    run(work())


def test_help_is_for_known_reasons_in_whole_sentences_and_leads_to_safe_addresses() -> None:
    assert set(HELP) <= set(Reason)
    for reason in Reason:
        for each in help_for(reason):
            assert each.text.endswith((".", ":")) and (not each.url or each.url.startswith("https://"))
    assert help_for(Reason.SPAM) == ()
