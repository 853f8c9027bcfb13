# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`@name` in what somebody writes, the link that it is sent as, and the way back to what was typed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from privity.client.mentions import is_named, with_links, without_links
from privity.client.unread import unread_of
from tests.client.town import run, shown, town

ANN, BOB, BOB_T, CARL = (f"mimi://hub.example/u/{letter * 26}" for letter in "abcd")
PEOPLE = {"ann_a": ANN, "bob": BOB, "bob.t": BOB_T, "c.a_r_l_": CARL}
NAMES = {user_uri: name for name, user_uri in PEOPLE.items()}


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@bob", f"[@bob]({BOB})"),
        ("(@bob), @bob! @bob.", f"([@bob]({BOB})), [@bob]({BOB})! [@bob]({BOB})."),
        ("ask @bob.t.", f"ask [@bob.t]({BOB_T})."),
        ("@ann_a\n@c.a_r_l_", f"[@ann\\_a]({ANN})\n[@c.a\\_r\\_l\\_]({CARL})"),
    ],
)
def test_a_name_becomes_a_link_and_a_name_again(typed: str, sent: str) -> None:
    assert with_links(typed, PEOPLE) == sent
    assert without_links(sent, NAMES.get) == typed


@pytest.mark.parametrize(
    "typed",
    [
        "@nobody",
        "@bobby and @bob.x and @bob_",
        "mail to carl@bob or to @@bob",
        "\\@bob",
        "code: `@bob`, ``@bob ` @bob``",
        "```\n@bob\n```",
        "```\n@bob in code without an end",
        "[@bob](https://example.org)",
        f"[@bob]({BOB})",
        "@BOB",
        "@",
        "",
    ],
)
def test_what_names_nobody_stays_as_it_was_typed(typed: str) -> None:
    assert with_links(typed, PEOPLE) == typed


def test_the_words_of_a_link_are_not_what_the_reader_gets() -> None:
    """Somebody writes one name over the address of another."""
    lie = f"[@ann\\_a]({BOB}) said so, and [the admin]({CARL}) too"
    assert without_links(lie, NAMES.get) == "@bob said so, and @c.a_r_l_ too"
    assert without_links(f"[@somebody]({ANN})", lambda _: None) == "@somebody"
    assert is_named(lie, BOB)
    assert not is_named(lie, ANN)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 65_536,
        "[@" * 32_768,
        "[@a\\" * 16_384,
        "[a](mimi://" * 6_000,
        "`" * 65_536,
        "@bob`" * 13_000,
        "[x](" * 16_000,
    ],
)
def test_a_text_made_to_be_slow_is_not(text: str) -> None:
    began = time.process_time()
    without_links(text, NAMES.get)
    is_named(text, BOB)
    with_links(text, PEOPLE)
    assert time.process_time() - began < 2


def test_being_named_is_counted_among_the_unread(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as at:
            alice, bob, room = await at.pair()
            await alice.names.learn([bob.user_uri])
            await bob.names.learn([alice.user_uri])
            sent = [await alice.send(room, text) for text in ("@bob_b are you there?", "@bob_b", "`@bob_b`", "@bobb")]
            items = [await shown(bob, room, each) for each in sent]
            assert items[0].text == f"[@bob\\_b]({bob.user_uri}) are you there?"
            new = unread_of(bob.host.store, room, bob.user_uri)
            assert (new.messages, new.mentions) == (5, 2)
            await alice.edit(room, sent[0], "@alice_a never mind")
            edited = await shown(bob, room, sent[0])
            while edited.text.startswith("[@bob"):
                edited = await shown(bob, room, sent[0])
            assert edited.text == "@alice_a never mind", "nobody names themselves"
            await bob.receipts.seen(room, items[1].seq)
            assert unread_of(bob.host.store, room, bob.user_uri).mentions == 0

    run(story())
