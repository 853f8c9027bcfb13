# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What keeps peers able to change: GREASE, and a suite that has no number yet."""

from __future__ import annotations

from tests.interop.circle import Talk
from tests.interop.peers import CORE_CRYPTO, MLS_RS
from tests.interop.row import Chapter, Row

FIXED = "its capabilities cannot be chosen by a caller"
NO_HYBRID = "it has no such suite, and takes none from its caller"
NUMBERS = (0xF47A, 0xF001)
"""One is our default, the other shows that the number is free."""


def they_tolerate_our_grease(talk: Talk) -> None:
    maker, they = talk.we(grease=True), talk.they()
    circle = talk.circle(maker, they)
    circle.add(they, talk.we("new", grease=True))
    circle.update(maker)
    circle.update(they)
    circle.agree()


def we_tolerate_their_grease(talk: Talk) -> None:
    maker, we = talk.they(grease=True), talk.we()
    circle = talk.circle(maker, we)
    circle.add(we, talk.they("new", grease=True))
    circle.update(maker)
    circle.update(we)
    circle.agree()


def the_hybrid_suite(talk: Talk) -> None:
    for number in NUMBERS:
        hybrid = Talk(talk.started, talk.theirs, number)
        we, they = hybrid.we(hybrid=True), hybrid.they(hybrid=True)
        for first, second in ((we, they), (they, we)):
            third = hybrid.we("third", hybrid=True)
            circle = hybrid.circle(first, second)
            circle.update(second)
            circle.add(second, third)
            circle.update(third)
            circle.update(first)
            circle.agree()


CHAPTER = Chapter(
    "Room for change",
    (
        Row("They tolerate GREASE in our KeyPackages and leaves", they_tolerate_our_grease),
        Row(
            "We tolerate GREASE in theirs",
            we_tolerate_their_grease,
            {CORE_CRYPTO: FIXED, MLS_RS: FIXED},
        ),
        Row(
            "X-Wing, AES-128-GCM, SHA-256, Ed25519 under two private numbers",
            the_hybrid_suite,
            {CORE_CRYPTO: NO_HYBRID, MLS_RS: NO_HYBRID},
            suites=(1,),
        ),
    ),
)
