# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The count of hops in a message is a small number or a refusal."""

from __future__ import annotations

from random import Random

import pytest

from privity.message import compose
from privity.message.content import MimiContent
from privity.message.errors import BadExtension
from privity.message.forwarding import FORWARDED, MAX_HOPS, hops_in

AUTHOR = compose.Author("mimi://hub.example/u/a", "mimi://hub.example/r/a")


def content(extensions: dict[int | str, object]) -> MimiContent:
    part = compose.text(AUTHOR, "hello", random=Random(1).randbytes).part
    made = compose.message(AUTHOR, part, random=Random(1).randbytes, extensions=extensions)
    return MimiContent.decode(made.encode())


def test_a_count_is_read_as_it_was_written() -> None:
    assert [hops_in(content({FORWARDED: hops})) for hops in (1, 7, MAX_HOPS)] == [1, 7, MAX_HOPS]
    assert hops_in(content({})) == 0


@pytest.mark.parametrize("count", [0, -1, MAX_HOPS + 1, True, False, None, "1", b"1", [1], {1: 1}])
def test_anything_else_is_refused(count: object) -> None:
    with pytest.raises(BadExtension, match="count of hops"):
        hops_in(content({FORWARDED: count}))
