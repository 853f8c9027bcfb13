# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of the stored records no other test noticed: the whole store, byte for byte, after every step of a walk.

The names and the forms stand here once more by hand: a store that an earlier version wrote is read with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from privity.mls import codec
from privity.mls.codec import optional, u8, u32, u64, vec
from privity.mls.group import Group
from privity.mls.group.records import StoredPending
from privity.mls.group.state import GroupState
from privity.mls.messages.app_data import AppDataDictionary, ComponentData
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import AppDataUpdate, ReInit
from privity.mls.schedule.key_schedule import EpochSecrets, from_epoch_secret
from privity.mls.tree.node import encode_optional_node
from tests.mls.group.builders import NOW, Member, accept, agree, room
from tests.mls.group.fingerprints import fingerprint
from tests.mls.group.walking import Walk

STEPS = 60


def height(x: int) -> int:
    return len(f"{x:b}") - len(f"{x:b}".rstrip("1"))


def of_nodes(state: GroupState) -> dict[bytes, bytes]:
    out: dict[bytes, bytes] = {}
    for x, node in enumerate(state.epoch.public.tree.nodes):
        if node is not None:
            name = b"over" + bytes([height(x)]) + u32(x) if x % 2 else b"node" + u32(x)
            out[name] = encode_optional_node(node)
    return out


def of_secrets(secrets: EpochSecrets) -> bytes:
    first = vec(secrets.sender_data_secret) + vec(secrets.exporter_secret) + vec(secrets.external_secret)
    second = vec(secrets.confirmation_key) + vec(secrets.membership_key) + vec(secrets.resumption_psk)
    return first + second + vec(secrets.epoch_authenticator) + vec(secrets.init_secret)


def of_head(state: GroupState) -> bytes:
    epoch = state.epoch
    start = b"\x01" + vec(epoch.public.context.encode()) + vec(epoch.confirmation_tag) + u32(epoch.own_leaf)
    marks = u32(len(epoch.public.tree.nodes) // 2 + 1) + optional(epoch.reinit) + u8(state.removed)
    return start + marks + of_secrets(epoch.secrets)


@dataclass
class Kept:
    """What a member's store has to hold; `leaves` are those of each epoch, of which the store has what changed."""

    leaves: dict[int, list[LeafNode | None]] = field(default_factory=dict)

    def see(self, state: GroupState) -> None:
        if not state.removed:
            nodes = state.epoch.public.tree.nodes
            self.leaves[state.epoch.number] = [x if isinstance(x, LeafNode) else None for x in nodes[::2]]

    def of_past(self, state: GroupState) -> dict[bytes, bytes]:
        out: dict[bytes, bytes] = {}
        for number, past in state.past.items():
            before, after = self.leaves[number], self.leaves[number + 1]
            width = max(len(before), len(after))
            then, now = (each + [None] * (width - len(each)) for each in (before, after))
            changed = [u32(at) + vec(leaf.encode() if leaf else b"") for at, leaf in enumerate(then) if leaf != now[at]]
            secrets = vec(past.sender_data_secret) + vec(b"" if state.removed else past.resumption_psk)
            places = u32(past.own_leaf) + u32(len(before))
            out[b"late" + u64(number)] = vec(past.context) + secrets + places + vec(b"".join(changed))
            out |= {b"msg" + u64(number) + name: value for name, value in past.messages.records.items()}
        return out

    def store(self, state: GroupState) -> dict[bytes, bytes]:
        epoch = state.epoch
        out = {b"group": of_head(state), **of_nodes(state), **self.of_past(state)}
        out |= {b"key" + u32(x): key for x, key in epoch.keys.items()}
        out |= {b"msg" + u64(epoch.number) + name: value for name, value in epoch.messages.records.items()}
        out |= {b"exp" + name: value for name, value in epoch.exports.records.items()}
        for at, (reference, queued) in enumerate(state.queue.items()):
            out[b"prop" + u32(at)] = vec(queued.auth.encode()) + vec(state.own_updates.get(reference, b""))
        return out


class Watched(Walk):
    """Looks into the stores of all who are or were in the group."""

    def __init__(self, number: int, seed: int, size: int) -> None:
        self.kept: dict[tuple[str, int], Kept] = {}
        super().__init__(number, seed, size)

    def kept_of(self, member: Member) -> Kept:
        return self.kept.setdefault((member.name, self.entries[member.name]), Kept())

    def deliver(self, message: bytes) -> None:
        for member in self.members.values():
            self.kept_of(member).see(member.group._state)
        super().deliver(message)

    def check(self) -> None:
        super().check()
        for member in self.everybody.values():
            if member._group is not None:
                self.look(member)

    def look(self, member: Member) -> None:
        member.save()
        state = member.group._state
        kept = self.kept_of(member)
        kept.see(state)
        stored = dict(member.store)
        pending = stored.pop(b"pend", None)
        assert (pending is None) == (state.pending is None)
        assert stored == kept.store(state)
        again = Group.load(member.store, member.identity, member.rules)
        assert not again.drain().put
        again._state.added_by = state.added_by  # known to who saw the Welcome, and not stored
        assert fingerprint(again) == fingerprint(member.group)


@pytest.mark.parametrize("seed", [5, 6])
def test_a_store_holds_what_the_state_says_and_nothing_else(seed: int) -> None:
    walked = Watched(1, seed, 7)
    walked.check()
    for _ in range(STEPS):
        walked.step()
        walked.check()
    assert len({name for name, _ in walked.kept}) == 7


def look(kept: Kept, member: Member) -> None:
    member.save()
    kept.see(member.group._state)
    stored = dict(member.store)
    assert stored.pop(b"pend", None) == of_pending(member)
    assert stored == kept.store(member.group._state)
    again = Group.load(member.store, member.identity, member.rules)
    again._state.added_by = member.group._state.added_by
    assert fingerprint(again) == fingerprint(member.group)


def of_pending(member: Member) -> bytes | None:
    pending = member.group._state.pending
    if pending is None:
        return None
    following, change = pending.staged.next, pending.staged.change
    assert following is not None
    public = change.auth.wire_format == PUBLIC_MESSAGE
    epoch_secret = codec.decode(StoredPending.read, member.store[b"pend"]).epoch_secret
    assert from_epoch_secret(member.group.suite, epoch_secret).secrets == following.secrets
    keys = b"".join(u32(x) + vec(key) for x, key in following.keys.items())
    start = b"\x02" + vec(pending.message) + vec(b"" if public else change.auth.encode())
    return start + vec(pending.welcome or b"") + vec(epoch_secret) + vec(keys)


COMMITS: dict[str, dict[str, Any]] = {
    "a path": {"force_path": True},
    "no path": {"app_data_updates": [AppDataUpdate(0x8000, b"x")]},
    "somebody new": {"adds": [Member("dov").bundle.key_package]},
    "somebody gone": {"removes": [2]},
    "an end": {"reinit": ReInit(b"the next group", 1, 1, ())},
}


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("kind", COMMITS)
def test_what_waits_is_stored_until_it_is_over(kind: str, private: bool) -> None:
    dictionary = AppDataDictionary((ComponentData(0x8000, b""),)).extension()
    ana, ben, cyd = members = room("ana", "ben", "cyd", extensions=(dictionary,))
    kept = Kept({0: [ana.group.tree.leaf(0)]})
    for member in members:
        look(kept, ana)
        accept(member.commit(force_path=True), members)
    look(kept, ana)
    ana.group.safe_export(5)
    look(kept, ana)
    if kind != "an end":
        proposed = [each.group.propose_update(random=each.random, now=NOW, private=private) for each in (ana, ben)]
        for _ in range(1 if private else 2):
            ana.process(proposed[1])
        for each in (ben, cyd):
            each.process(proposed[0])
        cyd.process(proposed[1])
        assert len(ana.group.proposals) == 2
        look(kept, ana)
    pending = ana.commit(private=private, **COMMITS[kind])
    look(kept, ana)
    ana.reload()
    look(kept, ana)
    staying = [ana, ben] if kind == "somebody gone" else members
    accept(pending, staying)
    look(kept, ana)
    assert agree(staying)
    if kind != "an end":
        ana.process(ben.group.propose_update(random=ben.random, now=NOW))
        look(kept, ana)
