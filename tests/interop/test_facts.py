# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What breaks a rule, offered to everybody: ours refuses it by name, and what the others do is as the table says."""

from __future__ import annotations

import pytest

from tests.interop.circle import Talk
from tests.interop.conftest import Have
from tests.interop.facts import Fact, offered, verdict
from tests.interop.peer import PeerRefused
from tests.interop.peers import OURS

CELLS = [pytest.param(fact, peer, id=f"{fact.name}-{peer}") for fact, peer in offered()]


@pytest.mark.parametrize(("fact", "peer"), CELLS)
def test_fact(fact: Fact, peer: str, have: Have) -> None:
    talk = Talk(have(peer), peer, 1)
    assert verdict(fact, talk, talk.they("reader")) == fact.expected(peer)


def test_ours_takes_no_leaf_key_of_small_order(have: Have) -> None:
    """Members would seal paths to it in vain."""
    talk = Talk(have(OURS), OURS, 1)
    we, new = talk.we(), talk.we("new")
    circle = talk.circle(we)
    with pytest.raises(PeerRefused, match="BadPublicKey"):
        we.commit(adds=[new.forge("small_order_leaf_key")])
    circle.add(we, new)
    circle.agree()
