# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which suites rooms have, and that the largest post-quantum room fits into what a hub takes."""

from __future__ import annotations

import pytest

from privity.mls.errors import PolicyRefused
from privity.policy.room_rules import RoomRules
from privity.policy.room_suites import (
    HYBRID,
    MOST_HYBRID_DEVICES,
    ORDINARY,
    ROOM_SUITES,
    SPOKEN,
    check_size,
    chosen,
    is_post_quantum,
)
from privity.server.limits import MAX_BODY_BYTES, MAX_GROUP_INFO_BYTES, MAX_KEY_PACKAGE_BYTES
from privity.server.rooms.commits import MAX_HANDSHAKE
from tests.mls.group.builders import Member, accept

MAX_DEVICES = 32
"""Of one person: those who come in at once."""


def test_all_sign_as_device_lists_do() -> None:
    assert {each.signature for each in ROOM_SUITES.values()} == {"ed25519"}
    assert set(RoomRules.suites) == {1, 3, HYBRID.id}
    assert [chosen(post_quantum=False), chosen(post_quantum=True)] == [ORDINARY, HYBRID] == list(SPOKEN)
    assert [number for number in ROOM_SUITES if is_post_quantum(number)] == [HYBRID.id]


def test_the_bound_is_on_growing_alone() -> None:
    most = MOST_HYBRID_DEVICES
    check_size(HYBRID.id, before=most - 1, after=most)
    check_size(HYBRID.id, before=most + 5, after=most + 5)
    check_size(HYBRID.id, before=most + 5, after=most + 1)
    check_size(ORDINARY.id, before=most, after=10 * most)
    for before in (most, most - 1, 0):
        with pytest.raises(PolicyRefused, match=f"this commit would make it {most + 1}"):
            check_size(HYBRID.id, before=before, after=most + 1)


def test_the_largest_room_fits_into_what_the_hub_takes() -> None:
    """The worst that can happen: everybody was added in one commit, so that new keys are sealed to each alone."""
    anna = Member("anna", HYBRID.id).create()
    others = [
        Member(f"{number}", HYBRID.id).bundle.key_package for number in range(MOST_HYBRID_DEVICES - MAX_DEVICES - 1)
    ]
    accept(anna.commit(adds=others), [anna])
    newcomers = [Member(f"new {number}", HYBRID.id).bundle.key_package for number in range(MAX_DEVICES)]
    pending = anna.commit(adds=newcomers, force_path=True)
    assert pending.welcome is not None
    assert 800_000 < len(pending.message) <= MAX_HANDSHAKE
    assert len(pending.welcome) <= MAX_HANDSHAKE
    assert len(pending.group_info) <= MAX_GROUP_INFO_BYTES
    assert 4 * (len(pending.message) + len(pending.welcome) + len(pending.group_info)) // 3 < MAX_BODY_BYTES
    assert max(len(each.encode()) for each in newcomers) <= MAX_KEY_PACKAGE_BYTES
    accept(pending, [anna])
    assert anna.group.tree.leaf_count >= MOST_HYBRID_DEVICES
    update = anna.commit(force_path=True)
    assert len(update.message) <= MAX_HANDSHAKE
