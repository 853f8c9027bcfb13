# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which names pass for others, and which do not."""

from __future__ import annotations

import pytest

from privity.policy.alike import looks_like, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bob", "bob"),
        ("bob.t", "BOB_T"),
        ("bob", "b0b"),
        ("anna", "\u0430nn\u0430"),
        ("paul", "\u0440\u0430ul"),
        ("nikos", "n\u03b9k\u03bfs"),
        ("marna", "mama"),
        ("lvvora", "lwora"),
        ("illia", "1ll1a"),
        ("j\u00fcrgen", "jurgen"),
        ("\uff22ob", "bob"),
        ("margaret", "margret"),
        ("margaret", "margaert"),
        ("margaret", "margared"),
    ],
)
def test_these_look_alike(one: str, other: str) -> None:
    assert looks_like(one, other) and looks_like(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("bob", "rob"), ("anna", "anne"), ("margaret", "marge"), ("", ""), ("...", "---"), ("margaret", "marqarel")],
)
def test_these_do_not(one: str, other: str) -> None:
    assert not looks_like(one, other) and not looks_like(other, one)


def test_a_skeleton_stays_itself() -> None:
    for name in ("Marna.V", "\u0421\u0410\u0428\u0410", "b0b|"):
        assert skeleton(skeleton(name)) == skeleton(name)
