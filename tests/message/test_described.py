# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a package says of a message beside its bytes: what the verifier in it works out for itself is the same."""

from __future__ import annotations

import random as seeded

import pytest

from privity.message import compose
from privity.message.content import MimiContent, MultiPart, NullPart, Part, SinglePart
from privity.message.described import OPAQUE, ending, kind_of, readable

random = seeded.Random(5).randbytes
AUTHOR = compose.Author(f"mimi://hub.example/u/{'a' * 26}", f"mimi://hub.example/r/{'r' * 25}a")
FIRST = compose.text(AUTHOR, "about teapots", random=random)
ID = b"\1" + bytes(31)
EDITED = SinglePart("text/plain", b"about kettles")


def made(part: Part) -> MimiContent:
    return compose.message(AUTHOR, part, random=random)


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (FIRST, "message", "about teapots"),
        (
            compose.edit(AUTHOR, ID, FIRST, SinglePart("text/plain", b"about kettles"), random=random),
            "edit",
            "about kettles",
        ),
        (compose.delete(AUTHOR, ID, random=random), "delete", ""),
        (compose.reaction(AUTHOR, "♥", ID, random=random), "reaction", "♥"),
        (made(SinglePart("application/teapot", b"\1")), "other", ""),
        (made(SinglePart("text/plain", b"\xff")), "message", ""),
        (made(NullPart()), "other", ""),
        (
            made(MultiPart(0, (SinglePart("application/teapot", b"\1"), SinglePart("text/markdown", b"*first*")))),
            "message",
            "*first*",
        ),
    ],
)
def test_kind_and_text_follow_from_the_bytes(content: MimiContent, kind: str, said: str) -> None:
    again = MimiContent.decode(content.encode())
    assert (kind_of(again), readable(again)[1]) == (kind, said)


def test_without_text_the_type_is_that_of_the_first_part() -> None:
    assert readable(made(SinglePart("application/teapot", b"\1"))) == ("application/teapot", "")
    assert readable(made(NullPart())) == ("", "")


@pytest.mark.parametrize(
    ("content_type", "found"),
    [
        ("image/png", "png"),
        ("IMAGE/PNG; charset=x", "png"),
        ("text/html", OPAQUE),
        ("image/svg+xml", OPAQUE),
        ("application/x-msdownload", OPAQUE),
        ("", OPAQUE),
    ],
)
def test_what_could_run_has_an_ending_that_nothing_opens(content_type: str, found: str) -> None:
    assert ending(content_type) == found
