# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a device or a server keeps of a group: any value of each record, by the name of its class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from privity.mls.group.group import Group
from privity.mls.group.identity import KeyPackageBundle
from privity.mls.group.join_external import JoinedEpoch
from privity.mls.group.pending_join import PendingJoin
from privity.mls.group.records import EpochHead, StoredPending, StoredProposal
from privity.mls.messages.envelope import decode_group_info
from privity.mls.messages.proposals import ReInit
from privity.mls.public_group import PublicGroup
from privity.mls.schedule.key_schedule import EpochSecrets
from privity.mls.schedule.protect import SenderData
from privity.mls.suites import RFC_9420
from tests.mls.group.builders import NOW, Member, OpenRules, capabilities, room
from tests.mls.public.builders import Room, TestRules
from tests.mls.strategies import (
    Struct,
    authenticated,
    blobs,
    contexts,
    extensions,
    key_packages,
    reads,
    u16s,
    u32s,
)

secrets = st.builds(EpochSecrets, *[blobs] * 8)
reinits = st.none() | st.builds(ReInit, blobs, st.just(1), u16s, extensions)
heads = st.builds(EpochHead, contexts, blobs, u32s, u32s, reinits, st.booleans(), secrets)
stored_proposals = st.builds(StoredProposal, authenticated, blobs)
keys = st.dictionaries(u32s, blobs, max_size=3)
stored_pending = st.builds(StoredPending, blobs, blobs, blobs, blobs, keys)
bundles = st.builds(KeyPackageBundle, key_packages, blobs, blobs)
sender_data = st.builds(SenderData, u32s, u32s, st.binary(min_size=4, max_size=4))

NEWCOMER = Member("eve")


def _joins() -> list[PendingJoin]:
    """External commits of ours to groups of several sizes."""
    made = []
    for names in (("ana",), ("ana", "ben"), ("ana", "ben", "cyd")):
        group = room(*names)[0].group
        made.append(
            Group.join_external(
                decode_group_info(group.group_info(with_tree=True)),
                ratchet_tree=None,
                identity=NEWCOMER.identity,
                capabilities=capabilities(1),
                rules=NEWCOMER.rules,
                now=NOW,
                random=NEWCOMER.random,
            )
        )
    return made


def _served() -> list[PublicGroup]:
    """Groups that a server follows, with and without queued proposals."""
    small, large = Room(("ana",), filled=False), Room(("ana", "ben", "cyd"))
    return [small.group, large.group]


def once(make: Callable[[], list[Any]]) -> st.SearchStrategy[Any]:
    """One of what `make` gives when it is first asked."""
    made: list[Any] = []

    def pick(number: int) -> Any:
        if not made:
            made.extend(make())
        return made[number % len(made)]

    return st.integers(0, 5).map(pick)


joins = once(_joins)

STORED: Final[dict[str, Struct]] = {
    "group.identity.KeyPackageBundle": Struct(bundles, KeyPackageBundle.decode),
    "group.join_external.JoinedEpoch": Struct(
        joins.map(lambda pending: pending._joined), lambda data: JoinedEpoch.decode(data, RFC_9420), compared=False
    ),
    "group.pending_join.PendingJoin": Struct(
        joins, lambda data: PendingJoin.decode(data, NEWCOMER.identity, OpenRules()), compared=False
    ),
    "group.records.EpochHead": Struct(heads, EpochHead.decode),
    "group.records.StoredPending": Struct(stored_pending, reads(StoredPending.read)),
    "group.records.StoredProposal": Struct(stored_proposals, StoredProposal.decode),
    "schedule.key_schedule.EpochSecrets": Struct(secrets, reads(EpochSecrets.read)),
    "schedule.protect.SenderData": Struct(sender_data, reads(SenderData.read)),
    "public_group.PublicGroup": Struct(
        once(_served), lambda data: PublicGroup.decode(data, TestRules()), compared=False
    ),
}
