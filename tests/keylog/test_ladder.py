# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two claims of a greatest version always contradict each other somewhere, so a log cannot show two."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest

from privity.keylog import errors as e
from privity.keylog.labels import MAX_VERSION, server_label, user_label, vrf_input
from privity.keylog.ladder import MAX_STEPS, base_binary_ladder, check, ladder

BELOW = 300


def test_first_ladders() -> None:
    assert base_binary_ladder(0) == [0, 1]
    assert base_binary_ladder(1) == base_binary_ladder(2) == [0, 1, 3, 2]
    assert base_binary_ladder(6) == [0, 1, 3, 7, 5, 6]
    assert base_binary_ladder(50) == [0, 1, 3, 7, 15, 31, 63, 47, 55, 51, 49, 50]
    assert ladder(None) == [0]


def test_ladder_says_that_the_version_is_there_and_the_next_is_not() -> None:
    for n in range(BELOW):
        steps = base_binary_ladder(n)
        assert len(set(steps)) == len(steps) <= 2 * (n + 1).bit_length() + 1
        assert n in steps and n + 1 in steps


def test_ladder_ends_with_the_numbers_of_32_bits() -> None:
    for n in (MAX_VERSION, MAX_VERSION - 1, MAX_VERSION >> 1, (MAX_VERSION >> 1) + 1):
        steps = base_binary_ladder(n)
        assert n in steps and max(steps) <= MAX_VERSION and len(steps) <= MAX_STEPS


Claims = tuple[frozenset[int], frozenset[int]]


def naive(n: int) -> list[int]:
    """The rule that looks enough: the version is there, the next is not."""
    return [n, n + 1]


def claims(rule: Callable[[int], list[int]], n: int) -> Claims:
    """What is said to be there, and what not."""
    return frozenset(v for v in rule(n) if v <= n), frozenset(v for v in rule(n) if v > n)


def undetected(rule: Callable[[int], list[int]]) -> int:
    """Pairs of greatest versions that one tree could show to two people."""
    said = [claims(rule, n) for n in range(BELOW)]
    return sum(not (one[0] & other[1] or one[1] & other[0]) for one, other in combinations(said, 2))


def test_every_two_greatest_versions_contradict_each_other() -> None:
    assert len(list(combinations(range(BELOW), 2))) == 44_850
    assert undetected(base_binary_ladder) == 0


def test_looking_at_the_version_and_the_next_alone_would_not_be_enough() -> None:
    assert undetected(naive) == 44_850 - (BELOW - 1)


@pytest.mark.parametrize("n", [None, 0, 1, 2, 6, 50])
def test_answers_of_another_greatest_version_are_refused(n: int | None) -> None:
    honest = [n is not None and step <= n for step in ladder(n)]
    check(n, honest)
    for at in range(len(honest)):
        with pytest.raises(e.WrongLadder):
            check(n, [there != (at == other) for other, there in enumerate(honest)])
    for bent in ([], honest[:-1], [*honest, True], [*honest, False]):
        with pytest.raises(e.WrongLadder):
            check(n, bent)


def test_labels_and_versions_cannot_be_shifted_into_each_other() -> None:
    assert user_label("mimi://hub.example/u/ann") == b"u:mimi://hub.example/u/ann"
    assert server_label("hub.example") == b"s:hub.example"
    assert vrf_input(b"ab", 1) == b"\x02ab\0\0\0\x01"
    assert len({vrf_input(b"a", 0), vrf_input(b"a\0", 0), vrf_input(b"a", 1 << 24), vrf_input(b"", 0)}) == 4


def test_labels_and_versions_have_limits() -> None:
    with pytest.raises(e.UsageError):
        user_label("u" * 254)
    for label, version in ((bytes(256), 0), (b"a", -1), (b"a", MAX_VERSION + 1)):
        with pytest.raises(e.UsageError):
            vrf_input(label, version)
