# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A seeded random walk through the life of a group, and every bit of a commit flipped."""

from __future__ import annotations

import random

import pytest

from privity.mls.errors import ProtocolError
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.commit import ProposalOrRef, ProposalRef
from privity.mls.messages.envelope import MLSMessage, PublicMessage, decode_public_message
from privity.mls.messages.leaf_node import LeafSource
from privity.mls.messages.proposals import Add, AppDataUpdate, ExternalInit, Remove, Update
from privity.mls.public_group import PublicGroup, StagedPublicCommit
from privity.mls.suites import suite
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.tree.validate import check_tree
from tests.mls.public.builders import NOW, Party, Room, TestRules, flip, key_package, leaf, party

INIT = ExternalInit(b"k" * 32)
STEPS = 60


class Walk:
    """One room, its members' keys, and a server that joined later."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.room = Room(("first",), filled=False)
        self.count = 0

    def newcomer(self) -> Party:
        self.count += 1
        return party(f"member {self.count}")

    def members(self) -> list[int]:
        return [index for index, _ in self.room.group.members()]

    def step(self) -> tuple[PublicMessage, list[Party]]:
        """A valid message and the newcomers it brings, in order."""
        members = self.members()
        committer = self.dice.choice(members)
        others = [index for index in members if index != committer]
        kind = self.dice.randrange(8)
        if kind == 0:
            new = self.newcomer()
            return self.room.external_commit(new, [INIT]), [new]
        if kind == 1 and others:
            back = self.dice.choice(others)
            again = self.room.parties[back]
            return self.room.external_commit(again, [INIT, Remove(back)]), [again]
        proposals: list[ProposalOrRef] = []
        touched = self.dice.sample(others, min(len(others), self.dice.randrange(3)))
        for index in touched:
            if self.dice.random() < 0.5 and len(others) > 2:
                sender = self.room.propose_from_hub(Remove(index))
                proposals.append(ProposalRef(self.room.queue(sender).reference))
            else:
                update = Update(leaf(self.room.parties[index], LeafSource.UPDATE, leaf_index=index))
                proposals.append(ProposalRef(self.room.queue(self.room.propose(index, update)).reference))
        newcomers = [self.newcomer() for _ in range(self.dice.randrange(4))]
        proposals += [Add(key_package(new)) for new in newcomers]
        if self.dice.random() < 0.3:
            proposals.append(AppDataUpdate(7, b"x"))
        bare = bool(newcomers) and not touched and self.dice.random() < 0.5
        return self.room.commit(committer, proposals, path=not bare), newcomers

    def accept(self, message: PublicMessage, newcomers: list[Party]) -> None:
        staged = self.room.accept(message)
        for member in staged.removed:
            del self.room.parties[member.leaf_index]
        places = [staged.committer] if staged.external else [member.leaf_index for member in staged.added]
        self.room.parties.update(dict(zip(places, newcomers, strict=True)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_step_leads_to_a_valid_state(seed: int) -> None:
    walk = Walk(seed)
    room = walk.room
    for _ in range(STEPS):
        message, newcomers = walk.step()
        late = PublicGroup.decode(room.group.encode(), TestRules())
        walk.accept(decode_public_message(MLSMessage(message).encode()), newcomers)
        staged = late.process(message, NOW)
        assert isinstance(staged, StagedPublicCommit)
        late.merge(staged)
        assert late.encode() == room.group.encode()
        check_tree(room.group.tree)
        fresh = RatchetTree.decode(suite(1), room.group.tree.encode())
        assert fresh.tree_hash == room.group.context.tree_hash
        assert len(fresh.nodes) == len(room.group.tree.nodes)
        assert {index: leaf.signature_key for index, leaf in room.group.members()} == {
            index: who.public for index, who in room.parties.items()
        }
        signer = walk.dice.choice(walk.members())
        room.extensions = room.group.context.extensions
        info = room.group_info(signer)
        room.group.check_group_info(info)
        PublicGroup.from_group_info(info, room.group.tree.encode(), room.rules, NOW)
    assert AppDataDictionary.of(room.group.context.extensions).get(7)


def test_no_flipped_bit_of_the_signed_part_is_accepted(room: Room) -> None:
    queued = room.queue(room.propose(3, Remove(4)))
    message = room.commit(0, [ProposalRef(queued.reference), Add(key_package(party("zoe")))])
    before = room.group.encode()
    data = MLSMessage(message).encode()
    room.group.process(decode_public_message(data), NOW)
    signed = len(data) - 2 * 33
    for at in range(signed):
        with pytest.raises(ProtocolError):
            room.group.process(decode_public_message(flip(data, at)), NOW)
    assert room.group.encode() == before
