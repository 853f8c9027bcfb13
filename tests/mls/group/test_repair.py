# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A group that forked comes together again: the other side added anew, or everybody in a new group."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from privity.mls.errors import DecryptionFailed, SelfRemoved, UsageError, WrongEpoch
from privity.mls.group import BadPartition, CommitPending, Group, NotARepair
from privity.mls.messages.app_data import AppDataDictionary, ComponentData
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.envelope import decode_welcome
from privity.mls.messages.grease import without_grease
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode
from tests.mls.group.builders import GROUP_ID, LIFETIME, NOW, Member, OpenRules, accept, agree, room, snapshot

NEW_ID = b"the room that was begun again"


def forked(*, number: int = 1) -> tuple[list[Member], list[Member]]:
    """Five members; two followed the commit of the first, three that of the fourth, both of the same epoch."""
    members = room("ana", "ben", "cyd", "dan", "eve", number=number, update=True)
    left, right = members[:2], members[2:]
    one, other = left[0].commit(force_path=True), right[1].commit(force_path=True)
    accept(one, left)
    accept(other, right)
    assert len({member.group.epoch for member in members}) == 1
    assert agree(left)
    assert agree(right)
    assert not agree(members)
    return left, right


def fresh(members: Iterable[Member]) -> list[KeyPackage]:
    for member in members:
        member.bundle = member.new_bundle()
    return [member.bundle.key_package for member in members]


def leaves(members: Iterable[Member]) -> list[int]:
    return [member.group.own_leaf for member in members]


def old_groups(members: Iterable[Member]) -> list[Group]:
    return [member.group for member in members]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_other_side_comes_back_by_one_commit(number: int) -> None:
    left, right = forked(number=number)
    pending = left[0].group.readd(leaves(left), fresh(right), random=left[0].random, now=NOW)
    accept(pending, left, right)
    assert agree([*left, *right])
    assert sorted(leaf.credential.identity for _, leaf in left[0].group.members()) == [
        b"ana",
        b"ben",
        b"cyd",
        b"dan",
        b"eve",
    ]
    message = right[2].say(b"together again")
    assert [member.read(message).plaintext for member in (*left, *right[:2])] == [b"together again"] * 4


def test_who_comes_back_reads_nothing_of_the_other_side_and_keeps_what_its_own_said() -> None:
    left, right = forked()
    said_left, said_right = left[1].say(b"only ana reads this"), right[0].say(b"only dan and eve read this")
    before = old_groups(right)
    accept(left[0].group.readd(leaves(left), fresh(right), random=left[0].random, now=NOW), left, right)
    for member in right:
        with pytest.raises(WrongEpoch):
            member.process(said_left)
    for old in before[1:]:
        with pytest.raises(DecryptionFailed):
            old.process(said_left, now=NOW)
        assert getattr(old.process(said_right, now=NOW), "plaintext", b"") == b"only dan and eve read this"
    assert left[0].read(said_left).plaintext == b"only ana reads this"


def test_the_other_side_could_go_on_instead() -> None:
    left, right = forked()
    accept(right[1].group.readd(leaves(right), fresh(left), random=right[1].random, now=NOW), right, left)
    assert agree([*left, *right])


def test_who_has_no_key_package_is_out_until_somebody_adds_them() -> None:
    left, right = forked()
    pending = left[0].group.readd(leaves(left), fresh(right[:1]), random=left[0].random, now=NOW)
    accept(pending, left, right[:1])
    present = [*left, right[0]]
    assert agree(present)
    secret = right[0].say(b"without dan and eve")
    for away in right[1:]:
        with pytest.raises((WrongEpoch, DecryptionFailed)):
            away.process(secret)
    accept(left[1].commit(adds=fresh(right[1:])), present, right[1:])
    assert agree([*left, *right])


@pytest.mark.parametrize("seed", range(8))
def test_any_side_brings_back_whoever_has_a_key_package(seed: int) -> None:
    rnd = random.Random(seed)
    members = room(*(f"member {n}" for n in range(rnd.randint(4, 12))), update=seed % 2 == 0)
    rnd.shuffle(members)
    cut = rnd.randint(1, len(members) - 1)
    ours, theirs = members[:cut], members[cut:]
    for side in (ours, theirs):
        for _ in range(rnd.randint(1, 2)):
            accept(rnd.choice(side).commit(force_path=True), side)
    back = rnd.sample(theirs, rnd.randint(0, len(theirs)))
    maker = rnd.choice(ours)
    pending = maker.group.readd(leaves(ours), fresh(back), random=maker.random, now=NOW)
    accept(pending, ours, back)
    present = [*ours, *back]
    assert agree(present)
    assert len(list(maker.group.members())) == len(present)
    speaker = rnd.choice(present)
    message = speaker.say(b"here")
    assert all(member.read(message).plaintext == b"here" for member in present if member is not speaker)


def test_queued_proposals_of_the_fork_are_not_taken_along() -> None:
    left, right = forked()
    left[1].follow(left[0].group.propose_remove(1, random=left[0].random, now=NOW))
    pending = left[0].group.readd(leaves(left), fresh(right), random=left[0].random, now=NOW)
    assert all(sent.reference is None for sent in pending.staged.proposals)
    accept(pending, left, right)
    assert agree([*left, *right])


def test_a_repair_survives_a_crash_before_it_is_accepted() -> None:
    left, right = forked()
    pending = left[0].group.readd(leaves(left), fresh(right), random=left[0].random, now=NOW)
    left[0].reload()
    assert left[0].group.pending is not None
    assert left[0].group.pending.message == pending.message
    accept(pending, left, right)
    assert agree([*left, *right])


@pytest.mark.parametrize(
    ("partition", "says"),
    [
        ([1], "own leaf 0"),
        ([0, 1, 9], "leaf 9"),
        ([0, 1, 2, 3, 4], "no fork"),
    ],
)
def test_a_partition_that_cannot_be_ours(partition: list[int], says: str) -> None:
    left, right = forked()
    packages = fresh(right)
    before = snapshot(left[0])
    with pytest.raises(BadPartition, match=says):
        left[0].group.readd(partition, packages, random=left[0].random, now=NOW)
    assert snapshot(left[0]) == before
    left[0].group.readd(leaves(left), packages, random=left[0].random, now=NOW)


def test_a_repair_brings_nobody_else_and_nobody_twice() -> None:
    left, right = forked()
    packages = fresh(right)
    stranger = Member("mallory").bundle.key_package
    one_of_ours = left[1].new_bundle().key_package
    twice = right[0].new_bundle().key_package
    before = snapshot(left[0])
    for bad in (stranger, one_of_ours, twice):
        with pytest.raises(NotARepair, match="KeyPackage 3"):
            left[0].group.readd(leaves(left), [*packages, bad], random=left[0].random, now=NOW)
    assert snapshot(left[0]) == before
    left[0].group.readd(leaves(left), packages, random=left[0].random, now=NOW)


def test_a_repair_waits_for_a_pending_commit_and_needs_a_member() -> None:
    left, right = forked()
    left[0].commit(force_path=True)
    with pytest.raises(CommitPending):
        left[0].group.readd(leaves(left), fresh(right), random=left[0].random, now=NOW)
    accept(right[0].commit(removes=[4]), right)
    for attempt in (right[2].group.readd, right[2].group.reboot):
        with pytest.raises(SelfRemoved):
            if attempt == right[2].group.readd:
                right[2].group.readd([], fresh(left), random=right[2].random, now=NOW)
            else:
                right[2].group.reboot(NEW_ID, fresh(left), lifetime_s=LIFETIME, random=right[2].random, now=NOW)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_new_group_of_the_same_members(number: int) -> None:
    left, right = forked(number=number)
    ana, others = left[0], [left[1], *right]
    before = snapshot(ana)
    group, pending, missing = ana.group.reboot(NEW_ID, fresh(others), lifetime_s=LIFETIME, random=ana.random, now=NOW)
    assert missing == ()
    assert pending is not None
    assert snapshot(ana) == before, "the old group stays as it was"
    old = ana.group
    ana.group = group
    accept(pending, [ana], others)
    assert agree([ana, *others])
    assert (ana.group.group_id, ana.group.epoch) == (NEW_ID, 1)
    assert ana.group.context.extensions == old.context.extensions
    assert ana.group.suite == old.suite
    capabilities = [without_grease(leaf.capabilities) for _, leaf in ana.group.members()]
    assert capabilities == [capabilities[0]] * 5
    message = right[2].say(b"a new beginning")
    assert [member.read(message).plaintext for member in (ana, *others[:-1])] == [b"a new beginning"] * 4


def test_a_new_group_of_a_new_group_lists_no_more_than_the_first() -> None:
    ana, ben = room("ana", "ben")
    sizes = set()
    for number in range(20):
        leaf = ana.group.tree.leaf(0)
        sizes.add((len(leaf.capabilities.cipher_suites), len(leaf.extensions)))
        ana.group, pending, _ = ana.group.reboot(
            b"%d" % number, fresh([ben]), lifetime_s=LIFETIME, random=ana.random, now=NOW
        )
        assert pending is not None
        accept(pending, [ana], [ben])
        assert agree([ana, ben])
    assert len(sizes) == 1


def test_a_new_group_begins_with_fresh_keys_and_may_have_other_extensions() -> None:
    ana, ben = room("ana", "ben", extensions=(AppDataDictionary(()).extension(),))
    other = (AppDataDictionary((ComponentData(0x8123, b"kept"),)).extension(),)
    group, pending, _ = ana.group.reboot(NEW_ID, fresh([ben]), lifetime_s=LIFETIME, random=ana.random, now=NOW)
    assert group.context.extensions == ana.group.context.extensions
    assert pending is not None
    assert pending.staged.change.path is not None
    group, _, _ = ana.group.reboot(
        NEW_ID, fresh([ben]), extensions=other, lifetime_s=LIFETIME, random=ana.random, now=NOW
    )
    assert group.context.extensions == other


@pytest.mark.parametrize("grease", [True, False])
def test_a_new_group_says_things_that_mean_nothing_where_the_first_did(grease: bool) -> None:
    ana = Member("ana")
    capabilities = Capabilities(cipher_suites=(1,))
    first = Group.create(
        ana.identity,
        GROUP_ID,
        capabilities=capabilities,
        lifetime_s=LIFETIME,
        now=NOW,
        rules=ana.rules,
        random=ana.random,
        grease=grease,
    )
    group, _, _ = first.reboot(NEW_ID, [], lifetime_s=LIFETIME, random=ana.random, now=NOW)
    assert (group.tree.leaf(0).capabilities != capabilities) is grease


def test_the_rules_are_asked_who_follows_whom() -> None:
    asked: list[tuple[bytes, bytes]] = []

    class Asking(OpenRules):
        def check_successor(self, old: LeafNode, new: LeafNode) -> None:
            asked.append((old.encryption_key, new.encryption_key))

    ana, ben = Member("ana", rules=Asking()).create(), Member("ben")
    accept(ana.commit(adds=[ben.bundle.key_package]), [ana], [ben])
    (new,) = fresh([ben])
    old = ana.group.tree.leaf(1)
    ana.group.reboot(NEW_ID, [new], lifetime_s=LIFETIME, random=ana.random, now=NOW)
    assert asked[-1] == (old.encryption_key, new.leaf_node.encryption_key)


def test_a_new_group_says_who_is_missing() -> None:
    left, right = forked()
    ana = left[0]
    _, pending, missing = ana.group.reboot(
        NEW_ID, fresh([left[1], right[2]]), lifetime_s=LIFETIME, random=ana.random, now=NOW
    )
    assert [(each.leaf_index, each.leaf_node.credential.identity) for each in missing] == [(2, b"cyd"), (3, b"dan")]
    assert pending is not None
    assert len(decode_welcome(pending.welcome or b"").secrets) == 2
    alone, nothing, everybody = ana.group.reboot(b"alone", [], lifetime_s=LIFETIME, random=ana.random, now=NOW)
    assert nothing is None
    assert len(everybody) == 4
    assert [index for index, _ in alone.members()] == [0]


def test_a_new_group_needs_another_id_and_brings_no_strangers() -> None:
    left, right = forked()
    ana = left[0]
    packages = fresh(right)
    with pytest.raises(UsageError, match="another group id"):
        ana.group.reboot(GROUP_ID, packages, lifetime_s=LIFETIME, random=ana.random, now=NOW)
    for bad in (Member("mallory").bundle.key_package, ana.new_bundle().key_package, packages[0]):
        with pytest.raises(NotARepair, match="KeyPackage 3"):
            ana.group.reboot(NEW_ID, [*packages, bad], lifetime_s=LIFETIME, random=ana.random, now=NOW)
    ana.group.reboot(NEW_ID, packages, lifetime_s=LIFETIME, random=ana.random, now=NOW)
