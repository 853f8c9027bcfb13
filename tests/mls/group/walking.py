# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A walk through all that members, newcomers, an external sender and a bad network can do, in seeded disorder."""

from __future__ import annotations

import random as seeded
from dataclasses import dataclass
from typing import Any, Final

import pytest

from privity.mls.crypto import SigningKey
from privity.mls.errors import ProtocolError
from privity.mls.group import (
    EpochForgotten,
    Group,
    OwnCommit,
    OwnMessage,
    PendingCommit,
    QueuedProposal,
    StagedCommit,
)
from privity.mls.messages.app_data import AppDataDictionary, ComponentData
from privity.mls.messages.envelope import (
    decode_group_info,
    decode_public_message,
    decode_welcome,
)
from privity.mls.messages.extensions import (
    Extensions,
    ExternalSender,
    RequiredCapabilities,
    external_senders_extension,
    replaced,
)
from privity.mls.messages.outside import propose_from_outside, propose_to_join
from privity.mls.messages.proposals import Add, AppDataUpdate, PreSharedKey, Proposal, Remove
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID, ResumptionPsk, ResumptionUsage
from privity.mls.public_group import PublicGroup
from tests.mls.group.builders import GROUP_ID, LIFETIME, NOW, Member, OpenRules, capabilities

COMPONENT: Final = 0x8000


@dataclass(frozen=True)
class Late:
    """A message that somebody has not got yet; `entry` tells whether the reader has entered anew since."""

    reader: str
    entry: int
    epoch: int
    message: bytes
    text: bytes


class Walk:
    """So many devices, some of them in the group, and a server that follows what it can see."""

    def __init__(self, number: int, seed: int, size: int) -> None:
        self.choice = seeded.Random(seed)
        self.hub = Member("hub", number)
        self.everybody = {name: Member(name, number) for name in (f"member {at}" for at in range(size))}
        self.members: dict[str, Member] = {}
        self.entries: dict[str, int] = {}
        self.late: list[Late] = []
        self.proposed: list[bytes] = []
        self.said = 0
        self.kinds: dict[str, int] = {}
        first = next(iter(self.everybody.values()))
        listed = ExternalSender(self.hub.identity.signature_public, self.hub.identity.credential)
        dictionary = AppDataDictionary((ComponentData(COMPONENT, b""),)).extension()
        first.create((external_senders_extension([listed]), dictionary))
        self.enter(first)
        self.server = self.new_server()
        self.commit(first, adds=[each.bundle.key_package for each in self.outside[: size // 3]])

    # Who is where

    @property
    def outside(self) -> list[Member]:
        return [member for name, member in self.everybody.items() if name not in self.members]

    @property
    def group(self) -> Group:
        return next(member.group for member in self.members.values() if not member.group.removed)

    def any_member(self, *but: Member) -> Member:
        return self.choice.choice([member for member in self.members.values() if member not in but])

    def some(self, among: list[Member], most: int) -> list[Member]:
        return self.choice.sample(among, self.choice.randint(1, min(most, len(among))))

    def enter(self, member: Member) -> None:
        self.members[member.name] = member
        self.entries[member.name] = self.entries.get(member.name, 0) + 1

    def fresh(self, member: Member) -> Member:
        member.bundle = member.new_bundle()
        return member

    def psks(self, name: PreSharedKeyID) -> bytes | None:
        return b"key of " + name.psk_id if isinstance(name, ExternalPsk) else None

    def new_server(self) -> PublicGroup:
        info = decode_group_info(self.group.group_info(with_tree=True))
        return PublicGroup.from_group_info(info, None, OpenRules(), NOW)

    # Handshakes

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

    def propose(self, message: bytes, private: bool = False) -> None:
        """Everybody hears it; the server too, if it can."""
        self.deliver(message)
        if private:
            return
        queued = self.server.process(decode_public_message(message), NOW)
        assert isinstance(queued, QueuedProposal)
        self.server.queue(queued)
        self.proposed.append(message)

    def follow(self, message: bytes, private: bool) -> None:
        """The server checks a commit that it can see; another one it learns of by the GroupInfo that comes with it."""
        try:
            staged = None if private else self.server.process(decode_public_message(message), NOW)
        except ProtocolError:
            assert any(not self.server.proposals.get(name) for name in self.group.proposals), "it saw all of it"
            staged = None
        self.deliver(message)
        self.proposed.clear()
        if staged is None:
            self.server = self.new_server()
        else:
            assert not isinstance(staged, QueuedProposal)
            self.server.merge(staged)

    def commit(self, maker: Member, **changes: Any) -> bool:
        private = self.choice.random() < 0.2
        inside = self.choice.random() < 0.5
        pending = maker.group.commit(
            random=maker.random, now=NOW, private=private, tree_in_welcome=inside, psks=self.psks, **changes
        )
        added = [each.key_package.leaf_node.credential.identity.decode() for each in pending.staged.added]
        removed = [gone.leaf_node.credential.identity.decode() for gone in pending.staged.removed]
        if self.choice.random() < 0.3:
            maker.reload()
        if len(self.members) > 1 and self.choice.random() < 0.2:
            self.any_member(maker).commit(force_path=True, by_reference=[])  # lost: the other one was first
        self.follow(pending.message, private)
        for name in removed:
            assert self.members.pop(name).group.removed
        for name in added:
            self.welcome(self.everybody[name], pending, inside)
        return True

    def welcome(self, newcomer: Member, pending: PendingCommit, inside: bool) -> None:
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
        self.enter(newcomer)

    def enter_by_commit(self, newcomer: Member, replace: int | None) -> bool:
        through = self.any_member(newcomer)
        extra: dict[str, Any] = {}
        if self.choice.random() < 0.3:
            extra["psk_ids"] = [ExternalPsk(b"door", newcomer.random(newcomer.identity.suite.nh))]
            extra["psks"] = self.psks
        if self.choice.random() < 0.3:
            extra["app_data_updates"] = [AppDataUpdate(COMPONENT, b"j")]
        leaving = [message for message in self.proposed if _is_self_remove(message)]
        joined = Group.join_external(
            decode_group_info(through.group.group_info(with_tree=True)),
            ratchet_tree=None,
            identity=newcomer.identity,
            capabilities=capabilities(newcomer.identity.suite.id),
            rules=newcomer.rules,
            now=NOW,
            random=newcomer.random,
            replace=replace,
            self_removes=leaving,
            **extra,
        )
        if replace is not None:
            self.members.pop(newcomer.name)
        self.follow(joined.message, private=False)
        for name in [name for name, member in self.members.items() if member.group.removed]:
            del self.members[name]
        newcomer.group = joined.merge()
        self.enter(newcomer)
        return True

    # Steps

    def step(self) -> None:
        kinds = [name for name in dir(self) if name.startswith("do_")]
        kind = self.choice.choice(kinds)
        if getattr(self, kind)(self.any_member()):
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if self.choice.random() < 0.2:
            self.any_member().reload()

    def do_add(self, maker: Member) -> bool:
        if not self.outside:
            return False
        newcomers = [self.fresh(each) for each in self.some(self.outside, 3)]
        return self.commit(maker, adds=[each.bundle.key_package for each in newcomers])

    def do_remove(self, maker: Member) -> bool:
        others = [member for member in self.members.values() if member is not maker]
        if len(others) < 3:
            return False
        return self.commit(maker, removes=[each.group.own_leaf for each in self.some(others, 2)])

    def do_update(self, maker: Member) -> bool:
        self.commit(maker, force_path=True)
        return True

    def do_update_by_proposal(self, maker: Member) -> bool:
        if len(self.members) < 2:
            return False
        for proposer in self.some([member for member in self.members.values() if member is not maker], 3):
            private = self.choice.random() < 0.5
            self.propose(proposer.group.propose_update(random=proposer.random, now=NOW, private=private), private)
        return self.commit(maker)

    def do_components(self, maker: Member) -> bool:
        update = AppDataUpdate(COMPONENT, b"x")
        if self.choice.random() < 0.5:
            self.propose(maker.group.propose_app_data_update(update, random=maker.random, now=NOW))
            maker = self.any_member()
        self.commit(maker, app_data_updates=[update])
        return True

    def do_extensions(self, maker: Member) -> bool:
        old = self.group.context.extensions
        required = RequiredCapabilities(credentials=(1,) if self.choice.random() < 0.5 else ())
        new: Extensions = replaced(old, required.extension().type, required.encode())
        if self.choice.random() < 0.5:
            self.propose(maker.group.propose_group_context_extensions(new, random=maker.random, now=NOW))
            self.commit(self.any_member())
        else:
            self.commit(maker, group_context_extensions=new)
        assert self.group.context.extensions == new
        return True

    def do_psk(self, maker: Member) -> bool:
        nonce = maker.random(maker.identity.suite.nh)
        names: list[PreSharedKeyID] = [ExternalPsk(b"words", nonce)]
        shared = [each for each in range(self.group.epoch - 1, self.group.epoch + 1) if self.all_hold(each)]
        if shared:
            names.append(ResumptionPsk(ResumptionUsage.APPLICATION, GROUP_ID, self.choice.choice(shared), nonce))
        self.commit(maker, psk_ids=names)
        return True

    def all_hold(self, epoch: int) -> bool:
        name = ResumptionPsk(ResumptionUsage.APPLICATION, GROUP_ID, epoch, b"")
        return all(member.group.resumption_psk(name) is not None for member in self.members.values())

    def do_external_join(self, maker: Member) -> bool:
        return self.enter_by_commit(self.choice.choice(self.outside), None) if self.outside else False

    def do_resync(self, maker: Member) -> bool:
        return self.enter_by_commit(maker, maker.group.own_leaf) if len(self.members) > 1 else False

    def do_hub_proposes(self, maker: Member) -> bool:
        proposals: list[Proposal] = [
            AppDataUpdate(COMPONENT, b"h"),
            PreSharedKey(ExternalPsk(b"hub", maker.random(maker.identity.suite.nh))),
        ]
        if self.outside:
            proposals.append(Add(self.fresh(self.choice.choice(self.outside)).bundle.key_package))
        if len(self.members) > 3:
            proposals.append(Remove(self.any_member(maker).group.own_leaf))
        key = SigningKey(self.hub.identity.suite, self.hub.identity.signature_private)
        for proposal in self.choice.sample(proposals, 2):
            self.propose(propose_from_outside(self.hub.identity.suite, self.group.context, proposal, key))
        return self.commit(maker)

    def do_newcomer_proposes(self, maker: Member) -> bool:
        if not self.outside:
            return False
        newcomer = self.fresh(self.choice.choice(self.outside))
        identity = newcomer.identity
        key = SigningKey(identity.suite, identity.signature_private)
        self.propose(propose_to_join(identity.suite, self.group.context, newcomer.bundle.key_package, key))
        return self.commit(maker)

    def do_self_remove(self, maker: Member) -> bool:
        if len(self.members) < 4:
            return False
        self.propose(maker.group.propose_self_remove(random=maker.random, now=NOW))
        if self.outside and self.choice.random() < 0.5:
            return self.enter_by_commit(self.choice.choice(self.outside), None)
        return self.commit(self.any_member(maker))

    def do_give_up(self, maker: Member) -> bool:
        """A commit that never arrives, and one that the others make of the same."""
        maker.commit(force_path=True)
        if self.choice.random() < 0.5:
            maker.reload()
        maker.group.clear_pending()
        maker.save()
        return True

    def do_branch(self, maker: Member) -> bool:
        if len(self.members) < 2:
            return False
        other = self.fresh(self.any_member(maker))
        group, pending = maker.group.branch(
            b"branch", [other.bundle.key_package], lifetime_s=LIFETIME, random=maker.random, now=NOW
        )
        assert pending.welcome is not None
        theirs = Group.join(
            decode_welcome(pending.welcome),
            other.bundle,
            other.identity,
            ratchet_tree=pending.ratchet_tree,
            rules=other.rules,
            now=NOW,
            predecessor=other.group,
        )
        group.merge_pending()
        assert group.epoch_authenticator == theirs.epoch_authenticator
        return True

    def do_send(self, maker: Member) -> bool:
        self.said += 1
        text = b"message %d" % self.said
        message = maker.say(text, padding_to=32)
        for member in self.members.values():
            if member is maker:
                continue
            if self.choice.random() < 0.2 and len(self.late) < 40:
                entry = self.entries[member.name]
                self.late.append(Late(member.name, entry, member.group.epoch, message, text))
            else:
                assert member.read(message).plaintext == text
        for stranger in self.outside:
            if stranger._group is not None:
                with pytest.raises(ProtocolError):
                    stranger.process(message)
        return True

    def do_late(self, maker: Member) -> bool:
        """What was held up arrives, in any order, and is read as long as its epoch is remembered."""
        if not self.late:
            return False
        late = self.choice.sample(self.late, self.choice.randint(1, len(self.late)))
        for each in late:
            self.late.remove(each)
            member = self.members.get(each.reader)
            if member is None or self.entries[each.reader] != each.entry:
                continue
            if member.group.epoch - each.epoch <= member.rules.past_epochs:
                assert member.read(each.message).plaintext == each.text
            else:
                with pytest.raises(EpochForgotten):
                    member.process(each.message)
        return True

    do_say_more = do_send

    # What holds after every step

    def check(self) -> None:
        authenticators = {member.group.epoch_authenticator for member in self.members.values()}
        assert len(authenticators) == 1
        assert len({member.group.export(b"walk", b"", 32) for member in self.members.values()}) == 1
        assert self.server.context == self.group.context
        assert {leaf.credential.identity.decode() for _, leaf in self.group.members()} == set(self.members)
        for stranger in self.outside:
            if stranger._group is not None and not stranger.group.removed:
                assert stranger.group.epoch_authenticator not in authenticators


def _is_self_remove(message: bytes) -> bool:
    return type(decode_public_message(message).content.body).__name__ == "SelfRemove"
