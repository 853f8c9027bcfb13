# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever members do in whatever order, all of them agree, and who is outside reads nothing."""

from __future__ import annotations

import random as seeded

import pytest

from privity.mls.errors import ProtocolError
from privity.mls.group import Group, OwnCommit, OwnMessage, StagedCommit
from privity.mls.messages.envelope import decode_group_info, decode_welcome
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID
from tests.mls.group.builders import NOW, Member, agree, capabilities, room

NAMES = tuple(f"member {at}" for at in range(8))
STEPS = 150


class Walk:
    """Eight devices, some inside the group and some outside."""

    def __init__(self, number: int, seed: int) -> None:
        self.choice = seeded.Random(seed)
        self.members = {member.name: member for member in room(*NAMES[:3], number=number)}
        self.everybody = dict(self.members)
        for name in NAMES[3:]:
            self.everybody[name] = Member(name, number)
        self.said = 0
        self.kinds: set[str] = set()

    @property
    def outside(self) -> list[Member]:
        return [member for name, member in self.everybody.items() if name not in self.members]

    def any_member(self) -> Member:
        return self.choice.choice(list(self.members.values()))

    def psks(self, name: PreSharedKeyID) -> bytes | None:
        return b"key of " + name.psk_id if isinstance(name, ExternalPsk) else None

    def deliver(self, message: bytes) -> None:
        for member in list(self.members.values()):
            try:
                outcome = member.group.process(message, now=NOW, psks=self.psks)
            except OwnMessage:
                continue  # a private proposal of its own, which it queued when it made it
            if isinstance(outcome, OwnCommit):
                member.group.merge_pending(outcome.pending)
            elif isinstance(outcome, StagedCommit):
                member.group.merge(outcome)
            member.save()

    def commit(self, maker: Member, **changes: object) -> None:
        private = self.choice.random() < 0.3
        inside = self.choice.random() < 0.5
        pending = maker.group.commit(
            random=maker.random,
            now=NOW,
            private=private,
            tree_in_welcome=inside,
            psks=self.psks,
            **changes,  # type: ignore[arg-type]  # each caller names real options
        )
        added = {each.key_package.leaf_node.credential.identity.decode() for each in pending.staged.added}
        removed = {gone.leaf_node.credential.identity.decode() for gone in pending.staged.removed}
        if self.choice.random() < 0.3:
            maker.reload()
        self.deliver(pending.message)
        for name in added:
            newcomer = self.everybody[name]
            assert pending.welcome is not None
            newcomer.group = Group.join(
                decode_welcome(pending.welcome),
                newcomer.bundle,
                newcomer.identity,
                ratchet_tree=None if inside else pending.ratchet_tree,
                rules=newcomer.rules,
                now=NOW,
                psks=self.psks,
            )
            self.members[name] = newcomer
        for name in removed:
            assert self.members.pop(name).group.removed

    def step(self) -> None:
        kind = self.choice.choice(
            ["add", "remove", "update", "propose", "external", "resync", "psk", "send", "send", "empty"]
        )
        maker = self.any_member()
        others = [member for member in self.members.values() if member is not maker]
        if kind == "add" and self.outside:
            count = self.choice.randint(1, min(3, len(self.outside)))
            newcomers = self.choice.sample(self.outside, count)
            for newcomer in newcomers:
                newcomer.bundle = newcomer.new_bundle()
            self.commit(maker, adds=[newcomer.bundle.key_package for newcomer in newcomers])
        elif kind == "remove" and len(others) >= 2:
            gone = self.choice.sample(others, self.choice.randint(1, 2))
            self.commit(maker, removes=[each.group.own_leaf for each in gone])
        elif kind == "propose" and others:
            for proposer in self.choice.sample(others, min(2, len(others))):
                self.deliver(proposer.group.propose_update(random=proposer.random, now=NOW, private=True))
            if self.outside and self.choice.random() < 0.5:
                newcomer = self.choice.choice(self.outside)
                newcomer.bundle = newcomer.new_bundle()
                self.deliver(maker.group.propose_add(newcomer.bundle.key_package, random=maker.random, now=NOW))
            self.commit(maker)
        elif kind in ("external", "resync"):
            self.enter(maker, kind == "resync")
        elif kind == "psk":
            self.commit(maker, psk_ids=[ExternalPsk(b"words", maker.random(32))])
        elif kind == "send":
            self.send(maker)
        elif kind == "update":
            self.commit(maker, force_path=True)
        else:
            self.commit(maker)
        self.kinds.add(kind)
        if self.choice.random() < 0.2:
            self.any_member().reload()

    def enter(self, through: Member, resync: bool) -> None:
        inside = [member for member in self.members.values() if member is not through]
        candidates = inside if resync else self.outside
        if not candidates:
            return
        newcomer = self.choice.choice(candidates)
        replace = newcomer.group.own_leaf if resync else None
        joined = Group.join_external(
            decode_group_info(through.group.group_info(with_tree=True)),
            ratchet_tree=None,
            identity=newcomer.identity,
            capabilities=capabilities(newcomer.identity.suite.id),
            rules=newcomer.rules,
            now=NOW,
            random=newcomer.random,
            replace=replace,
        )
        self.deliver(joined.message)
        newcomer.group = joined.merge()
        self.members[newcomer.name] = newcomer

    def send(self, maker: Member) -> None:
        self.said += 1
        text = b"message %d" % self.said
        message = maker.say(text, padding_to=32)
        for member in self.members.values():
            if member is not maker:
                assert member.read(message).plaintext == text
        for stranger in self.outside:
            if stranger._group is not None:
                with pytest.raises(ProtocolError):
                    stranger.process(message)


@pytest.mark.parametrize(("number", "seed"), [(1, 11), (2, 22), (3, 33)])
def test_all_members_agree_after_every_step_of_a_random_walk(number: int, seed: int) -> None:
    walk = Walk(number, seed)
    for _ in range(STEPS):
        walk.step()
        assert agree(walk.members.values())
        keys = {member.group.export(b"walk", b"", 32) for member in walk.members.values()}
        assert len(keys) == 1
        for stranger in walk.outside:
            if stranger._group is not None:
                assert stranger.group.epoch_authenticator != walk.any_member().group.epoch_authenticator
    assert len(walk.kinds) >= 8
    assert walk.said > 10
