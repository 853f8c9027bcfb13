# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What members of a group can count on: they agree, they read each other, and who left reads nothing more."""

from __future__ import annotations

import pytest

from privity.mls.errors import (
    BadAppDataUpdate,
    CredentialRefused,
    DecryptionFailed,
    DuplicateSignatureKey,
    GenerationTooFar,
    GenerationTooOld,
    GroupInfoMismatch,
    MissingRatchetTree,
    SelfRemoved,
    UsageError,
    WrongEpoch,
)
from privity.mls.group import (
    CommitPending,
    EpochForgotten,
    Group,
    NoPendingCommit,
    OwnCommit,
    OwnMessage,
    PendingJoin,
    QueuedProposal,
    StagedCommit,
    StaleStage,
    UnknownOwnCommit,
)
from privity.mls.group.stage import kept_keys
from privity.mls.messages.app_data import AppDataDictionary, ComponentData, SafeAAD
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import MLSMessage, PrivateMessage, PublicMessage, decode_group_info
from privity.mls.messages.extensions import ExternalSender, external_senders_extension
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.proposals import AppDataUpdate, Remove
from privity.mls.public_group import PublicGroup, StagedPublicCommit
from privity.mls.schedule.errors import ReplayedMessage
from privity.mls.tree.path import path_receivers
from tests.mls.group.builders import GROUP_ID, NOW, Member, accept, agree, capabilities, room, snapshot

SUITES = (1, 2, 3)
each_suite = pytest.mark.parametrize("number", SUITES)


def enter(newcomer: Member, through: Member, replace: int | None = None) -> PendingJoin:
    return Group.join_external(
        decode_group_info(through.group.group_info()),
        ratchet_tree=through.group.tree.encode(),
        identity=newcomer.identity,
        capabilities=capabilities(newcomer.identity.suite.id),
        rules=newcomer.rules,
        now=NOW,
        random=newcomer.random,
        replace=replace,
    )


@each_suite
def test_two_members_agree_and_read_each_other(number: int) -> None:
    ana, ben = room("ana", "ben", number=number)
    assert agree([ana, ben])
    got = ben.read(ana.say(b"hello", aad=b"seen by all", padding_to=128))
    assert (got.plaintext, got.aad, got.sender_leaf, got.epoch, got.generation) == (b"hello", b"seen by all", 0, 1, 0)
    assert got.leaf_node == ana.group.tree.leaf(0)
    assert got.group_context == ana.group.context.encode()
    assert ana.read(ben.say(b"")).plaintext == b""
    assert ana.group.export(b"label", b"context", 40) == ben.group.export(b"label", b"context", 40)


@each_suite
def test_three_members_update_and_keep_talking(number: int) -> None:
    members = room("ana", "ben", "cyd", number=number)
    for member in members:
        accept(member.commit(force_path=True), members)
        assert agree(members)
        for other in members:
            if other is not member:
                assert other.read(member.say(b"to all")).plaintext == b"to all"


def test_the_tree_may_travel_inside_the_welcome_or_beside_it() -> None:
    ana, ben, cyd = Member("ana").create(), Member("ben"), Member("cyd")
    pending = ana.commit(adds=[ben.bundle.key_package], tree_in_welcome=True)
    ana.follow(pending.message)
    ben.join(pending.welcome)
    pending = ana.commit(adds=[cyd.bundle.key_package], force_path=True)
    accept(pending, [ana, ben])
    with pytest.raises(MissingRatchetTree):
        cyd.join(pending.welcome)
    cyd.join(pending.welcome, pending.ratchet_tree)
    assert agree([ana, ben, cyd])
    accept(cyd.commit(force_path=True), [ana, ben, cyd])
    assert agree([ana, ben, cyd])


def test_removed_member_cannot_read_the_next_epoch() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    pending = ana.commit(removes=[cyd.group.own_leaf])
    staged = cyd.process(pending.message)
    assert staged.self_removed
    accept(pending, [ana, ben])
    late = ana.say(b"without cyd")
    with pytest.raises(WrongEpoch):
        cyd.process(late)
    cyd.group.merge(staged)
    assert cyd.group.removed
    with pytest.raises(WrongEpoch):
        cyd.process(late)
    with pytest.raises(SelfRemoved):
        cyd.say(b"still here?")
    assert ben.read(late).plaintext == b"without cyd"
    cyd.reload()
    assert cyd.group.removed


def test_the_path_of_a_removal_is_sealed_to_no_key_of_the_removed() -> None:
    ana, _, cyd = room("ana", "ben", "cyd", update=True)
    held = set(cyd.group._state.epoch.keys.values())
    pending = ana.commit(removes=[2])
    kept = kept_keys(cyd.group._state, pending.staged.change.provisional)
    receivers = path_receivers(pending.staged.change.provisional.tree, 0, ())
    assert receivers
    assert not [target for _, targets in receivers for target in targets if kept.get(target) in held]


def test_a_removed_member_may_be_added_again() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    accept(ana.commit(removes=[1]), [ana, cyd])
    ben.bundle = ben.new_bundle()
    accept(cyd.commit(adds=[ben.bundle.key_package]), [ana, cyd], [ben])
    assert ben.group.own_leaf == 1
    assert agree([ana, ben, cyd])


def test_a_commit_processed_twice_is_refused() -> None:
    ana, ben = room("ana", "ben")
    pending = ana.commit(force_path=True)
    first, second = ben.process(pending.message), ben.process(pending.message)
    ben.group.merge(first)
    with pytest.raises(StaleStage):
        ben.group.merge(second)
    before = snapshot(ben)
    with pytest.raises(WrongEpoch):
        ben.process(pending.message)
    assert snapshot(ben) == before


def test_looking_at_a_staged_commit_changes_nothing() -> None:
    ana, ben = room("ana", "ben")
    before = snapshot(ben)
    for private in (False, True):
        pending = ana.commit(force_path=True, private=private)
        for _ in range(2):
            staged = ben.process(pending.message)
            assert isinstance(staged, StagedCommit)
            assert (staged.committer, staged.epoch, staged.self_removed) == (0, 2, False)
        assert snapshot(ben) == before
        ana.group.clear_pending()


def test_replayed_message_is_refused_by_name() -> None:
    ana, ben = room("ana", "ben")
    message = ana.say(b"once")
    ben.read(message)
    before = snapshot(ben)
    with pytest.raises(ReplayedMessage):
        ben.process(message)
    assert snapshot(ben) == before
    ben.reload()
    with pytest.raises(ReplayedMessage):
        ben.process(message)


def test_messages_out_of_order_are_read_within_the_bound() -> None:
    ana, ben = room("ana", "ben")
    messages = [ana.say(b"%d" % at) for at in range(21)]
    assert ben.read(messages[20]).plaintext == b"20"
    ben.reload()
    for at in (0, 19, 7):
        assert ben.read(messages[at]).plaintext == b"%d" % at
    with pytest.raises(ReplayedMessage):
        ben.process(messages[7])


def test_messages_beyond_the_bounds_are_refused_by_name() -> None:
    ana, ben = room("ana", "ben")
    messages = [ana.say(b"%d" % at) for at in range(52)]
    before = snapshot(ben)
    with pytest.raises(GenerationTooFar):
        ben.process(messages[51])
    assert snapshot(ben) == before
    ben.read(messages[30])
    with pytest.raises(GenerationTooOld) as caught:
        ben.process(messages[9])
    assert not isinstance(caught.value, ReplayedMessage)
    assert ben.read(messages[10]).plaintext == b"10"
    ben.read(messages[51])
    skipped = [name for name in snapshot(ben) if name.startswith(b"msg") and name[11:12] == b"k"]
    assert len(skipped) == ben.rules.out_of_order


def test_late_messages_of_past_epochs_are_read_until_they_are_forgotten() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd")
    early, late, last = ana.say(b"early"), ana.say(b"late"), ana.say(b"last")
    old_leaf = ana.group.tree.leaf(0)
    for _ in range(3):
        accept(ana.commit(force_path=True), [ana, ben, cyd])
    got = ben.read(early)
    assert (got.plaintext, got.epoch, got.leaf_node) == (b"early", 1, old_leaf)
    ben.reload()
    assert ben.read(late).leaf_node == old_leaf
    accept(ana.commit(force_path=True), [ana, ben, cyd])
    with pytest.raises(EpochForgotten):
        ben.process(last)
    assert not [name for name in snapshot(ben) if name.startswith(b"msg" + (1).to_bytes(8, "big"))]


def test_a_message_of_a_member_removed_since_is_still_read() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    farewell = cyd.say(b"farewell")
    accept(ana.commit(removes=[2]), [ana, ben])
    got = ben.read(farewell)
    assert (got.plaintext, got.leaf_node.credential.identity) == (b"farewell", b"cyd")


def test_the_echo_of_an_own_commit_is_recognised() -> None:
    ana, ben = room("ana", "ben")
    pending = ana.commit(force_path=True)
    echo = ana.process(pending.message)
    assert isinstance(echo, OwnCommit)
    assert echo.pending is pending
    ana.group.merge_pending(echo.pending)
    ben.follow(pending.message)
    assert agree([ana, ben])
    with pytest.raises(NoPendingCommit):
        ana.group.merge_pending()


def test_a_forgotten_own_commit_is_named() -> None:
    ana, _ = room("ana", "ben")
    pending = ana.commit(force_path=True)
    ana.group.clear_pending()
    with pytest.raises(UnknownOwnCommit):
        ana.process(pending.message)


def test_the_loser_of_a_commit_race_clears_and_tries_again() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd")
    newcomer = Member("dan")
    winner = ana.commit(force_path=True)
    loser = ben.commit(adds=[newcomer.bundle.key_package])
    with pytest.raises(CommitPending):
        ben.commit()
    accept(winner, [ana, ben, cyd])
    assert ben.group.pending is None
    with pytest.raises(WrongEpoch):
        cyd.process(loser.message)
    accept(ben.commit(adds=[newcomer.bundle.key_package]), [ana, ben, cyd], [newcomer])
    assert agree([ana, ben, cyd, newcomer])


def test_a_pending_commit_that_is_cleared_leaves_no_trace() -> None:
    ana, _ = room("ana", "ben")
    before = snapshot(ana)
    ana.commit(force_path=True)
    assert snapshot(ana) != before
    ana.group.clear_pending()
    assert snapshot(ana) == before


@each_suite
def test_a_new_device_enters_by_external_commit(number: int) -> None:
    ana, ben = room("ana", "ben", number=number)
    tablet = Member("ana's tablet", number)
    entering = enter(tablet, ana)
    with pytest.raises(UsageError):
        _ = entering.group
    staged = ben.process(entering.message)
    assert isinstance(staged, StagedCommit)
    assert (staged.external, staged.committer, staged.replaced) == (True, 2, None)
    for member in (ana, ben):
        member.follow(entering.message)
    tablet.group = PendingJoin.decode(entering.encode(), tablet.identity, tablet.rules).merge()
    assert agree([ana, ben, tablet])
    assert tablet.read(ben.say(b"welcome")).plaintext == b"welcome"
    accept(tablet.commit(force_path=True), [ana, ben, tablet])
    assert agree([ana, ben, tablet])


def test_a_device_that_lost_its_state_enters_again_in_its_old_place() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    with pytest.raises(DuplicateSignatureKey):
        enter(ben, ana)
    entering = enter(ben, ana, replace=1)
    staged = ana.process(entering.message)
    assert staged.replaced == 1
    old_self = ben.process(entering.message)
    assert old_self.self_removed
    for member in (ana, cyd):
        member.follow(entering.message)
    ben.group = entering.merge()
    assert entering.group is ben.group
    assert ben.group.own_leaf == 1
    assert agree([ana, ben, cyd])
    ben.reload()
    accept(cyd.commit(force_path=True), [ana, ben, cyd])


def test_nobody_takes_over_the_leaf_of_another() -> None:
    ana, _ = room("ana", "ben")
    with pytest.raises(CredentialRefused):
        enter(Member("eve"), ana, replace=1)


def test_a_removal_by_the_hub_is_committed_by_reference() -> None:
    hub = Member("hub")
    sender = ExternalSender(hub.identity.signature_public, Credential.basic(b"hub"))
    ana, ben, cyd = room("ana", "ben", "cyd", extensions=(external_senders_extension([sender]),))
    content = FramedContent(GROUP_ID, ana.group.epoch, Sender.external(0), b"", Remove(2))
    auth = AuthenticatedContent.signed(
        hub.identity.suite, hub.identity.signature_private, content, None, PUBLIC_MESSAGE
    )
    proposal = MLSMessage(PublicMessage.of(auth, None)).encode()
    for member in (ana, ben, cyd):
        assert isinstance(member.process(proposal), QueuedProposal)
        member.reload()
    pending = ana.commit()
    staged = ben.process(pending.message)
    assert [gone.leaf_index for gone in staged.removed] == [2]
    assert cyd.process(pending.message).self_removed
    accept(pending, [ana, ben])
    assert agree([ana, ben])
    assert [index for index, _ in ana.group.members()] == [0, 1]


def test_an_update_is_proposed_by_one_and_committed_by_another() -> None:
    for private in (False, True):
        ana, ben, cyd = room("ana", "ben", "cyd", update=True)
        old = ben.group.tree.leaf(1)
        proposal = ben.group.propose_update(random=ben.random, now=NOW, private=private)
        for member in (ana, cyd):
            member.process(proposal)
        ben.reload()
        accept(ana.commit(private=private), [ana, ben, cyd])
        assert agree([ana, ben, cyd])
        assert ben.group.tree.leaf(1).encryption_key != old.encryption_key
        accept(cyd.commit(force_path=True), [ana, ben, cyd])
        assert agree([ana, ben, cyd])


def test_proposals_that_do_not_fit_together_do_not_stop_a_commit() -> None:
    ana, ben, cyd = members = room("ana", "ben", "cyd")
    newcomer = Member("dan")
    proposals = [
        ben.group.propose_update(random=ben.random, now=NOW),
        ben.group.propose_update(random=ben.random, now=NOW),
        ben.group.propose_remove(0, random=ben.random, now=NOW),
        ben.group.propose_remove(2, random=ben.random, now=NOW),
        cyd.group.propose_remove(2 - 1, random=cyd.random, now=NOW),
        cyd.group.propose_update(random=cyd.random, now=NOW),
        cyd.group.propose_add(newcomer.bundle.key_package, random=cyd.random, now=NOW),
        ben.group.propose_add(newcomer.bundle.key_package, random=ben.random, now=NOW),
    ]
    for proposal in proposals:
        for member in members:
            member.process(proposal)
    accept(ana.commit(), [ana], [newcomer])
    assert agree([ana, newcomer])
    assert [leaf.credential.identity for _, leaf in ana.group.members()] == [b"ana", b"dan"]


def test_component_updates_go_through_the_rules() -> None:
    start = AppDataDictionary((ComponentData(0x22, b"a"),)).extension()
    members = ana, ben = room("ana", "ben", extensions=(start,))
    pending = ana.commit(app_data_updates=[AppDataUpdate(0x22, b"b"), AppDataUpdate(0x22, b"c")])
    staged = ben.process(pending.message)
    assert AppDataDictionary.of(staged.changed_extensions).get(0x22) == b"abc"
    accept(pending, members)
    assert agree(members)
    assert AppDataDictionary.of(ben.group.context.extensions).get(0x22) == b"abc"
    before = snapshot(ana)
    with pytest.raises(BadAppDataUpdate):
        ana.commit(app_data_updates=[AppDataUpdate(0x23, None)])
    assert snapshot(ana) == before
    ben.process(ana.group.propose_app_data_update(AppDataUpdate(0x22, None), random=ana.random, now=NOW))
    accept(ben.commit(), members)
    assert AppDataDictionary.of(ana.group.context.extensions).get(0x22) is None


def test_group_extensions_change_by_proposal_and_by_value() -> None:
    members = ana, ben = room("ana", "ben")
    sender = ExternalSender(Member("hub").identity.signature_public, Credential.basic(b"hub"))
    extensions = (external_senders_extension([sender]),)
    ana.process(ben.group.propose_group_context_extensions(extensions, random=ben.random, now=NOW))
    accept(ana.commit(), members)
    assert ben.group.context.extensions == extensions
    accept(ben.commit(group_context_extensions=()), members)
    assert agree(members)
    assert ana.group.context.extensions == ()


def test_safe_aad_is_required_where_the_group_says_so() -> None:
    start = AppDataDictionary((ComponentData(0x02, b""),)).extension()
    ana, ben = room("ana", "ben", extensions=(start,))
    for attempt in (
        lambda: ana.say(b"plain", aad=b"\x05"),
        lambda: ana.commit(),
        lambda: ana.group.propose_remove(1, random=ana.random, now=NOW),
        lambda: enter(Member("eve"), ana),
    ):
        with pytest.raises(UsageError, match="SafeAAD"):
            attempt()
    aad = SafeAAD((ComponentData(0x21, b"tag"),)).encode()
    assert SafeAAD.decode(ben.read(ana.say(b"framed", aad=aad)).aad).get(0x21) == b"tag"


def test_own_application_message_is_named_when_it_comes_back() -> None:
    ana, _ = room("ana", "ben")
    message = ana.say(b"mine")
    with pytest.raises(OwnMessage):
        ana.process(message)


def test_a_padded_message_hides_its_length() -> None:
    ana, _ = room("ana", "ben")
    lengths = set()
    for text in (b"", b"a", b"a" * 60):
        body = MLSMessage.decode(ana.say(text, padding_to=256)).body
        assert isinstance(body, PrivateMessage)
        lengths.add(len(body.ciphertext))
    assert lengths == {256 + 16}


def test_a_server_without_secrets_follows_every_commit() -> None:
    ana, ben, cyd = Member("ana").create(), Member("ben"), Member("cyd")
    info = decode_group_info(ana.group.group_info())
    hub = PublicGroup.from_group_info(info, ana.group.tree.encode(), Member("hub").rules, NOW)

    def accept_at_hub(message: bytes, group_info: bytes) -> None:
        body = MLSMessage.decode(message).body
        assert isinstance(body, PublicMessage)
        staged = hub.process(body, NOW)
        assert isinstance(staged, StagedPublicCommit)
        staged.check_group_info(decode_group_info(group_info))
        hub.merge(staged)

    first = ana.commit(adds=[ben.bundle.key_package])
    accept_at_hub(first.message, first.group_info)
    accept(first, [ana], [ben])
    entering = enter(cyd, ben)
    accept_at_hub(entering.message, entering.group_info)
    for member in (ana, ben):
        member.follow(entering.message)
    cyd.group = entering.merge()
    last = cyd.commit(removes=[0])
    accept_at_hub(last.message, last.group_info)
    accept(last, [ben, cyd])
    assert hub.tree.encode() == ben.group.tree.encode()
    assert hub.context == cyd.group.context
    with pytest.raises(GroupInfoMismatch):
        hub.check_group_info(info)


def test_a_stranger_cannot_open_anything() -> None:
    ana, ben = room("ana", "ben")
    other, _ = room("ada", "bob")
    with pytest.raises(DecryptionFailed):
        other.process(ana.say(b"secret"))
    assert ben.group.epoch == other.group.epoch
