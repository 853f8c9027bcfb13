# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Component encodings are strict and total."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.mls.errors import NotCanonical, PolicyRefused, ProtocolError
from privity.policy.logging_policy import LoggingPolicy
from privity.policy.room_components import (
    BaseRoomPolicy,
    ComponentsList,
    FrankingAgent,
    Participant,
    ParticipantList,
    ParticipantListUpdate,
    RoleChange,
    apply_updates,
)
from tests.policy.views import user

CODECS = (ParticipantList, ParticipantListUpdate, BaseRoomPolicy, FrankingAgent, ComponentsList, LoggingPolicy)
LIST = ParticipantList(tuple(Participant(user(name), role) for name, role in (("a", 3), ("b", 2), ("c", 2))))


@pytest.mark.parametrize("kind", CODECS, ids=lambda kind: kind.__name__)
@given(data=st.binary(max_size=80))
def test_decoding_is_total_and_canonical(kind: type[ParticipantList], data: bytes) -> None:
    try:
        value = kind.decode(data)
    except ProtocolError:
        return
    assert value.encode() == data


def test_values_survive() -> None:
    policy = BaseRoomPolicy(True, b"x", False, 3, None, True, False, True, (1, 2))
    assert BaseRoomPolicy.decode(policy.encode()) == policy
    update = ParticipantListUpdate((RoleChange(1, 3),), (0,), (Participant(user("d"), 2),))
    assert ParticipantListUpdate.decode(update.encode()) == update
    assert ParticipantList.decode(LIST.encode()) == LIST


def test_update_counts_from_the_list_before_it() -> None:
    first = ParticipantListUpdate.between(LIST, {user("a"): 0})
    second = ParticipantListUpdate.between(LIST, {user("c"): 3, user("d"): 2})
    assert apply_updates(LIST, (first, second)).roles() == {user("b"): 2, user("c"): 3, user("d"): 2}


@pytest.mark.parametrize(
    "update",
    [
        ParticipantListUpdate(removed=(3,)),
        ParticipantListUpdate(changed=(RoleChange(0, 0),)),
        ParticipantListUpdate(changed=(RoleChange(0, 3),)),
        ParticipantListUpdate(changed=(RoleChange(0, 2),), removed=(0,)),
        ParticipantListUpdate(removed=(1, 1)),
        ParticipantListUpdate(added=(Participant(user("a"), 2),)),
        ParticipantListUpdate(added=(Participant(user("d"), 0),)),
        ParticipantListUpdate(added=(Participant(user("d"), 2), Participant(user("d"), 3))),
    ],
)
def test_senseless_update_is_refused(update: ParticipantListUpdate) -> None:
    with pytest.raises(PolicyRefused):
        apply_updates(LIST, (update,))


def test_room_has_a_limit_of_people() -> None:
    crowd = ParticipantListUpdate(added=tuple(Participant(f"mimi://h/u/{n}", 2) for n in range(998)))
    with pytest.raises(PolicyRefused, match="1001"):
        apply_updates(LIST, (crowd,))


def test_user_stands_in_the_list_once() -> None:
    with pytest.raises(NotCanonical):
        ParticipantList((Participant("x", 2), Participant("x", 3)))
    with pytest.raises(NotCanonical):
        ParticipantList((Participant("x", 0),))
    with pytest.raises(NotCanonical):
        ComponentsList((2, 1))
