# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A call that fails leaves the group byte for byte as it was, whatever came in."""

from __future__ import annotations

import random as seeded
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from privity.mls.crypto import SigningKey
from privity.mls.errors import MlsError, UsageError
from privity.mls.group import Group
from privity.mls.group.commit import seal_handshake
from privity.mls.messages.codepoints import PRIVATE_MESSAGE, PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit, ProposalRef
from privity.mls.messages.envelope import MLSMessage, PublicMessage, decode_group_info, decode_public_message
from privity.mls.messages.extensions import Extension, ExternalSender, external_senders_extension
from privity.mls.messages.framing import AuthenticatedContent, Body, FramedContent, Sender
from privity.mls.messages.outside import propose_to_join
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    SelfRemove,
    UnknownProposal,
    Update,
)
from privity.mls.messages.psk import ExternalPsk, ResumptionPsk, ResumptionUsage
from privity.mls.public_group import PublicGroup
from tests.mls.group.builders import GROUP_ID, NOW, Member, OpenRules, accept, capabilities, room
from tests.mls.group.fingerprints import fingerprint

CHANGES = 40
"""Places at which each message is changed."""


class Busy:
    """A member in the middle of everything: late messages, queued proposals, a pending commit, an exported secret."""

    def __init__(self, number: int) -> None:
        self.members = room("ana", "ben", "cyd", number=number, update=True)
        self.ana, self.ben, self.cyd = self.members
        self.late = self.ben.say(b"late")
        self.ana.read(self.ben.say(b"in time"))
        accept(self.cyd.commit(force_path=True), self.members)
        self.skipped = self.ben.say(b"skipped")
        self.ana.read(self.ben.say(b"read"))
        self.ana.group.safe_export(5)
        self.first = self.cyd.group.propose_update(random=self.cyd.random, now=NOW)
        self.ana.process(self.first)
        self.ana.group.propose_update(random=self.ana.random, now=NOW)
        self.ana.commit(force_path=True, by_reference=[])
        self.ana.save()
        self.before = fingerprint(self.ana.group)

    def still(self) -> None:
        """Nothing changed, and nothing waits to be written."""
        assert fingerprint(self.ana.group) == self.before
        records = self.ana.group.drain()
        assert (records.put, records.delete) == ({}, set())

    def refuses(self, message: bytes) -> None:
        with pytest.raises(MlsError) as caught:
            self.ana.group.process(message, now=NOW)
        assert not isinstance(caught.value, UsageError), caught.value
        self.still()

    def signed(self, body: Body, wire_format: int = PUBLIC_MESSAGE, **changes: Any) -> bytes:
        """Content of ben's with a good signature and membership tag; a commit's confirmation tag is invented."""
        state = self.ben.group._state
        epoch = state.epoch
        fields = {"group_id": epoch.group_id, "epoch": epoch.number, "authenticated_data": b"", **changes}
        content = FramedContent(sender=Sender.member(epoch.own_leaf), body=body, **fields)
        auth = AuthenticatedContent.signed(epoch.suite, state.signer, content, epoch.context, wire_format)
        if isinstance(body, Commit):
            auth = auth.with_confirmation_tag(bytes(epoch.suite.nh))
        message, step = seal_handshake(state, auth, 0, self.ben.random)
        if step is not None:
            state.take(epoch, step)
        return message

    def genuine(self) -> dict[str, bytes]:
        """Messages that are good as they are."""
        eve = Member("eve", self.ben.identity.suite.id)
        joined = Group.join_external(
            decode_group_info(self.ben.group.group_info(with_tree=True)),
            ratchet_tree=None,
            identity=eve.identity,
            capabilities=capabilities(eve.identity.suite.id),
            rules=eve.rules,
            now=NOW,
            random=eve.random,
        )
        out = {"external commit": joined.message, "skipped": self.skipped, "late": self.late}
        out["application"] = self.ben.say(b"new")
        for private in (False, True):
            pending = self.ben.commit(adds=[eve.bundle.key_package], force_path=True, private=private)
            out[f"commit, private {private}"] = pending.message
            assert pending.welcome is not None
            out["welcome"] = pending.welcome
            self.ben.group.clear_pending()
        out["update"] = self.cyd.group.propose_update(random=self.cyd.random, now=NOW, private=True)
        out["removal"] = self.cyd.group.propose_remove(1, random=self.cyd.random, now=NOW)
        return out


def damaged(message: bytes, choice: seeded.Random) -> Iterator[bytes]:
    for at in choice.sample(range(len(message)), min(CHANGES, len(message))):
        yield message[:at] + bytes([message[at] ^ 1 << choice.randrange(8)]) + message[at + 1 :]
    for at in choice.sample(range(len(message)), 5):
        yield message[:at]
        yield message[:at] + choice.randbytes(3) + message[at:]
    yield message + b"\x00"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_damaged_messages_change_nothing(number: int) -> None:
    busy = Busy(number)
    choice = seeded.Random(number)
    genuine = busy.genuine()
    for name, message in genuine.items():
        for bad in damaged(message, choice):
            with pytest.raises(MlsError):
                busy.ana.group.process(bad, now=NOW)
            busy.still()
        if name == "welcome":
            busy.refuses(message)
    for name in ("late", "skipped", "application"):
        assert busy.ana.read(genuine[name]).plaintext, "and the genuine ones are still read"
        busy.before = fingerprint(busy.ana.group)
        busy.refuses(genuine[name])


def test_the_digest_sees_every_change() -> None:
    busy = Busy(1)
    seen = {busy.before}
    for act in (
        lambda: busy.ana.process(busy.skipped),
        lambda: busy.ana.process(busy.late),
        lambda: busy.ana.group.safe_export(6),
        lambda: busy.ana.process(busy.cyd.group.propose_remove(1, random=busy.cyd.random, now=NOW)),
        lambda: busy.ana.group.clear_pending(),
        lambda: busy.ana.follow(busy.cyd.commit(by_reference=[], force_path=True).message),
    ):
        act()
        seen.add(fingerprint(busy.ana.group))
        busy.ana.save()
        seen.add(fingerprint(busy.ana.group))
    assert len(seen) >= 12
    kept = fingerprint(busy.ana.group)
    busy.ana.reload()
    assert fingerprint(busy.ana.group) == kept, "what is stored is all there is"


@pytest.mark.parametrize("wire_format", [PUBLIC_MESSAGE, PRIVATE_MESSAGE])
def test_what_a_member_signs_against_the_rules_changes_nothing(wire_format: int) -> None:
    busy = Busy(1)
    leaf = busy.ben.group.tree.leaf(1)
    eve = Member("eve")
    word = ExternalPsk(b"word", bytes(32))
    bodies: list[Body] = [
        Update(leaf),
        Remove(9),
        Add(eve.new_bundle(lifetime_s=10**9).key_package),
        PreSharedKey(replace(word, nonce=b"")),
        PreSharedKey(ResumptionPsk(ResumptionUsage.BRANCH, GROUP_ID, 0, bytes(32))),
        ReInit(b"next", 1, 99, ()),
        ExternalInit(b"k" * 32),
        GroupContextExtensions((Extension(0x0002, b""),)),
        UnknownProposal(0xF123, b""),
        Commit((), None),
        Commit((Remove(1),), None),
        Commit((Remove(0), Remove(0)), None),
        Commit((SelfRemove(),), None),
        Commit((ExternalInit(b"k"),), None),
        Commit((PreSharedKey(word), PreSharedKey(word)), None),
        Commit((PreSharedKey(word),), None),
        Commit((ReInit(b"next", 1, 1, ()), PreSharedKey(word)), None),
        Commit((ProposalRef(b"nobody sent it" * 2),), None),
        Commit((AppDataUpdate(7, None),), None),
        Commit((Add(eve.bundle.key_package),), None),
        Commit((ReInit(b"next", 1, 1, ()),), None),
    ]
    for body in bodies:
        busy.refuses(busy.signed(body, wire_format))
    busy.refuses(busy.signed(Remove(0), wire_format, group_id=b"another"))
    busy.refuses(busy.signed(Remove(0), wire_format, epoch=busy.ben.group.epoch + 1))


def test_paths_that_are_wrong_for_one_receiver_change_nothing() -> None:
    busy = Busy(1)
    pending = busy.ben.commit(force_path=True, by_reference=[])
    busy.ben.group.clear_pending()
    auth = decode_public_message(pending.message).authenticated
    body = auth.content.body
    assert isinstance(body, Commit)
    assert body.path is not None
    state = busy.ben.group._state

    def again(commit: Commit, tag: bytes | None = auth.confirmation_tag) -> bytes:
        content = replace(auth.content, body=commit)
        signed = AuthenticatedContent.signed(state.epoch.suite, state.signer, content, state.epoch.context)
        return seal_handshake(state, signed.with_confirmation_tag(tag or b""), 0, busy.ben.random)[0]

    busy.refuses(again(body, bytes(32)))
    nodes = body.path.nodes
    for at, node in enumerate(nodes):
        other = replace(node, ciphertexts=nodes[at - 1].ciphertexts)
        broken = (*nodes[:at], other, *nodes[at + 1 :])
        busy.refuses(again(replace(body, path=replace(body.path, nodes=broken))))
        busy.refuses(again(replace(body, path=replace(body.path, nodes=nodes[:at]))))


def test_own_calls_that_fail_change_nothing() -> None:
    busy = Busy(1)
    eve = Member("eve")
    group, draw = busy.ana.group, busy.ana.random
    busy.ana.group.clear_pending()
    busy.ana.save()
    busy.before = fingerprint(group)
    attempts: list[Callable[[], object]] = [
        lambda: group.commit(removes=[0], random=draw, now=NOW),
        lambda: group.commit(removes=[7], random=draw, now=NOW),
        lambda: group.commit(adds=[eve.new_bundle(lifetime_s=10**9).key_package], random=draw, now=NOW),
        lambda: group.commit(psk_ids=[ExternalPsk(b"word", bytes(32))], random=draw, now=NOW),
        lambda: group.commit(by_reference=[b"unknown"], random=draw, now=NOW),
        lambda: group.commit(reinit=ReInit(b"n", 1, 1, ()), removes=[1], random=draw, now=NOW),
        lambda: group.commit(group_context_extensions=(Extension(0xF123, b""),), random=draw, now=NOW, private=True),
        lambda: group.propose_remove(7, random=draw, now=NOW, private=True),
        lambda: group.encrypt(b"while proposals wait", random=draw),
        lambda: group.export(b"", b"", 1 << 20),
        lambda: group.safe_export(5),
        lambda: group.branch(b"b", [eve.bundle.key_package], lifetime_s=10, random=draw, now=NOW),
        lambda: group.start_successor([], lifetime_s=10, random=draw, now=NOW),
        lambda: group.merge_pending(),
    ]
    for attempt in attempts:
        with pytest.raises(MlsError):
            attempt()
        busy.still()


def test_a_server_that_refuses_stays_as_it_was() -> None:
    hub = Member("hub")
    listed = external_senders_extension([ExternalSender(hub.identity.signature_public, hub.identity.credential)])
    ana, ben = room("ana", "ben", extensions=(listed,))
    server = PublicGroup.from_group_info(
        decode_group_info(ana.group.group_info(with_tree=True)), None, OpenRules(), NOW
    )
    stored = server.encode()
    choice = seeded.Random(5)
    eve = Member("eve")
    key = SigningKey(eve.identity.suite, eve.identity.signature_private)
    messages = [
        ben.group.propose_update(random=ben.random, now=NOW),
        propose_to_join(eve.identity.suite, server.context, eve.bundle.key_package, key),
        ana.commit(force_path=True).message,
    ]
    for message in messages:
        for bad in damaged(message, choice):
            with suppress(MlsError):  # a changed tag is for members to notice
                body = MLSMessage.decode(bad).body
                if isinstance(body, PublicMessage):
                    server.process(body, NOW)
            assert server.encode() == stored
