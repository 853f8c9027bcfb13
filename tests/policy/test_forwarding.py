# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How far a message is passed on."""

from __future__ import annotations

import pytest

from privity.message.forwarding import MAX_HOPS
from privity.mls.errors import PolicyRefused
from privity.policy.forwarding import MANY_HOPS, MAX_AT_ONCE, check_forward, label, next_hops


def test_a_message_goes_to_five_conversations_at_once_and_to_one_after_many_hops() -> None:
    for hops in range(MAX_HOPS + 1):
        allowed = MAX_AT_ONCE if hops < MANY_HOPS else 1
        for conversations in range(-1, 9):
            if 1 <= conversations <= allowed:
                check_forward(hops, conversations)
            else:
                with pytest.raises(PolicyRefused):
                    check_forward(hops, conversations)


def test_the_count_rises_by_one_and_ends_where_a_message_can_say_it() -> None:
    assert [next_hops(hops) for hops in (0, 1, MAX_HOPS - 1, MAX_HOPS)] == [1, 2, MAX_HOPS, MAX_HOPS]


def test_the_label_says_what_a_reader_needs() -> None:
    said = ["", "forwarded", "forwarded", "forwarded many times", "forwarded many times"]
    assert [label(hops) for hops in (0, 1, MANY_HOPS - 1, MANY_HOPS, MAX_HOPS)] == said
