# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of sealing, of path secrets and of looking up keys no other test noticed: what is not ours to send,
which secret is whose, and where a key is looked for."""

from __future__ import annotations

from dataclasses import fields
from functools import partial

import pytest

from privity.mls.codec import MAX_VECTOR
from privity.mls.errors import UnknownPsk, UsageError
from privity.mls.messages.codepoints import PRIVATE_MESSAGE, PUBLIC_MESSAGE
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.proposals import Remove
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID, ResumptionPsk, ResumptionUsage
from privity.mls.schedule.errors import MessageTooLong, MissingPathSecret
from privity.mls.schedule.key_schedule import NewEpoch, first_epoch
from privity.mls.schedule.path_secrets import check_held, derive_path
from privity.mls.schedule.protect import seal_private
from privity.mls.schedule.psk import look_up_all
from privity.mls.schedule.secret_tree import Kind, SecretTree
from privity.mls.suites import suite
from privity.mls.tree.node import ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.group.builders import GROUP_ID, accept, randomness, room
from tests.mls.public.builders import hpke_key, leaf, party

SUITE = suite(1)


def sealed(sender: Sender, wire_format: int, aad: bytes = b"") -> int:
    """How long the ciphertext is."""
    content = FramedContent(b"g", 1, sender, aad, Remove(1))
    auth = AuthenticatedContent(wire_format, content, b"s", None)
    step = SecretTree.create(SUITE, 1, bytes(32)).next_to_send(0, Kind.HANDSHAKE)
    return len(seal_private(SUITE, bytes(32), step, auth, random=randomness("sealed")).ciphertext)


@pytest.mark.parametrize(
    ("sender", "wire_format"),
    [
        (Sender.member(0), PUBLIC_MESSAGE),
        (Sender.new_member_commit(), PRIVATE_MESSAGE),
        (Sender.new_member_proposal(), PRIVATE_MESSAGE),
    ],
)
def test_only_what_a_member_signed_as_private_is_sealed(sender: Sender, wire_format: int) -> None:
    assert sealed(Sender.member(0), PRIVATE_MESSAGE) == 2 + 4 + len(b"\x01s") + 16, (
        "a type, a number, a signature, a tag"
    )
    with pytest.raises(UsageError, match="not signed as a member's PrivateMessage"):
        sealed(sender, wire_format)


def test_a_private_message_has_no_more_beside_it_than_a_receiver_takes() -> None:
    sealed(Sender.member(0), PRIVATE_MESSAGE, bytes(MAX_VECTOR))
    with pytest.raises(MessageTooLong):
        sealed(Sender.member(0), PRIVATE_MESSAGE, bytes(MAX_VECTOR + 1))


def test_of_an_epoch_that_is_over_for_us_one_secret_stays() -> None:
    secrets = first_epoch(SUITE, bytes(32)).secrets
    late = secrets.for_late_messages()
    assert late.sender_data_secret == secrets.sender_data_secret
    assert [getattr(late, each.name) for each in fields(late)][1:] == [b""] * 7


def test_an_epoch_of_which_the_rest_is_not_said_has_none() -> None:
    secrets = first_epoch(SUITE, bytes(32)).secrets
    new = NewEpoch(b"joiner", b"welcome", b"encryption", secrets)
    assert (new.application_export_secret, new.epoch_secret) == (b"", b"")


# Path secrets


def test_a_newcomer_gets_the_lowest_secret_that_it_may_know() -> None:
    path = derive_path(SUITE, (1, 3, 7), bytes(32))
    assert [path.for_leaf(index) for index in range(9)] == [
        *[path.secrets[0]] * 2,
        *[path.secrets[1]] * 2,
        *[path.secrets[2]] * 4,
        None,
    ]
    assert path.keys() == dict(zip((1, 3, 7), path.private_keys, strict=True))
    assert len(set(path.secrets) | {path.commit_secret}) == 4


def test_a_newcomer_holds_the_key_of_each_node_above_it_that_is_not_told_otherwise() -> None:
    def tree(low: ParentNode | None, top: ParentNode | None) -> RatchetTree:
        leaves = [leaf(party("somebody")) for _ in range(4)]
        return RatchetTree(SUITE, [leaves[0], low, leaves[1], top, leaves[2], None, leaves[3]])

    filled = partial(ParentNode, hpke_key(), b"")
    for own in (0, 1):
        for low, top, held in (
            (filled(), filled(), (1, 3)),
            (None, filled(), (3,)),
            (filled((own,)), filled((own,)), ()),
            (filled((1 - own,)), None, (1,)),
            (filled(), filled((own,)), (1,)),
        ):
            check_held(tree(low, top), own, {2 * own, *held})
            for missing in held:
                with pytest.raises(MissingPathSecret, match=f"the key of node {missing}"):
                    check_held(tree(low, top), own, {2 * own, *held} - {missing})
    check_held(tree(filled(), filled()), 3, {3})


# Keys that were shared before


def test_all_keys_that_are_named_are_found_or_none() -> None:
    names: list[PreSharedKeyID] = [ExternalPsk(b"one", b"n"), ExternalPsk(b"two", b"n")]
    known = {names[0]: b"1", names[1]: b"2"}
    assert look_up_all(names, known.get) == [(names[0], b"1"), (names[1], b"2")]
    assert look_up_all([], None) == []
    for lookup in (None, {names[0]: b"1"}.get):
        with pytest.raises(UnknownPsk):
            look_up_all(names, lookup)


def test_a_key_of_this_group_is_looked_for_here_and_any_other_where_the_caller_says() -> None:
    ana, ben, cyd = members = room("ana", "ben", "cyd")
    for _ in range(4):
        accept(ana.commit(force_path=True), members)
    state, now = ana.group._state, ana.group.epoch

    def named(epoch: int, group: bytes = GROUP_ID) -> ResumptionPsk:
        return ResumptionPsk(ResumptionUsage.APPLICATION, group, epoch, b"nonce")

    def outer(name: PreSharedKeyID) -> bytes:
        return b"from outside"

    here = state.psk_lookup(outer)
    assert here(named(now)) == state.epoch.secrets.resumption_psk
    assert here(named(now - 1)) == state.past[now - 1].resumption_psk
    for elsewhere in (named(0), named(now + 1), named(now, b"another group"), ExternalPsk(b"id", b"nonce")):
        assert here(elsewhere) == b"from outside"
        assert state.psk_lookup(None)(elsewhere) is None
    accept(ana.commit(removes=[2]), members)
    assert cyd.group.removed and not ben.group.removed
    for epoch in (now, now - 1):
        assert cyd.group._state.psk_lookup(outer)(named(epoch)) == b"from outside"
