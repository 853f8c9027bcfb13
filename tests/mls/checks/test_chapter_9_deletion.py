# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is deleted, from memory and from the store, and what stays: the example of the RFC, and what else ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from privity.mls.group import StagedCommit
from privity.mls.schedule import key_schedule
from privity.mls.schedule.kdf import derive_secret, derive_tree_secret, expand_with_label, extract
from privity.mls.suites import CipherSuite
from tests.mls.checks.reachable import held
from tests.mls.checks.showing import shows
from tests.mls.group.builders import NOW, Member, accept, room, snapshot


@pytest.fixture
def four() -> list[Member]:
    """A, B, C and D of the RFC's example."""
    return room("ana", "ben", "cyd", "dov", update=True)


def encryption_secret(member: Member) -> bytes:
    """The root of an epoch's secret tree, before anything was derived from it."""
    (root,) = member.group._state.epoch.messages.records.values()
    return root


@shows("9.2-4", "9.2-5", "9.2-6", "9.2-7")
def test_the_example_of_the_rfc(four: list[Member]) -> None:
    """A reads D's second message first."""
    ana, *_, dov = four
    suite = ana.identity.suite
    g = encryption_secret(ana)
    assert g in held(ana)
    e, f = (expand_with_label(suite, g, b"tree", side, suite.nh) for side in (b"left", b"right"))
    c, d = (expand_with_label(suite, f, b"tree", side, suite.nh) for side in (b"left", b"right"))
    hr0, ar0 = (expand_with_label(suite, d, kind, b"", suite.nh) for kind in (b"handshake", b"application"))
    ar1 = derive_tree_secret(suite, ar0, b"secret", 0, suite.nh)
    ar2 = derive_tree_secret(suite, ar1, b"secret", 1, suite.nh)
    k0, k1 = (derive_tree_secret(suite, ar, b"key", at, suite.nk) for at, ar in enumerate((ar0, ar1)))
    n0, n1 = (derive_tree_secret(suite, ar, b"nonce", at, suite.nn) for at, ar in enumerate((ar0, ar1)))
    first, second = dov.say(b"first"), dov.say(b"second")
    assert ana.read(second).generation == 1
    left = held(ana)
    gone = {"K1": k1, "N1": n1, "AR1": ar1, "AR0": ar0, "D": d, "F": f, "G": g}
    assert [name for name, value in gone.items() if value in left] == []
    stays = {"K0": k0, "N0": n0, "AR2": ar2, "HR0": hr0, "E": e, "C": c}
    assert [name for name, value in stays.items() if value not in left] == []
    assert ana.read(first).generation == 0
    left = held(ana)
    assert [name for name, value in {**gone, "K0": k0, "N0": n0}.items() if value in left] == []
    assert [name for name, value in {"AR2": ar2, "HR0": hr0, "E": e, "C": c}.items() if value not in left] == []


@shows("9.2-4", "9.2-5")
def test_a_sender_deletes_as_well(four: list[Member]) -> None:
    dov = four[3]
    suite = dov.identity.suite
    g = encryption_secret(dov)
    d = expand_with_label(suite, expand_with_label(suite, g, b"tree", b"right", 32), b"tree", b"right", 32)
    ar = expand_with_label(suite, d, b"application", b"", 32)
    gone = [g, d]
    for generation in range(4):
        gone += [
            ar,
            derive_tree_secret(suite, ar, b"key", generation, 16),
            derive_tree_secret(suite, ar, b"nonce", generation, 12),
        ]
        ar = derive_tree_secret(suite, ar, b"secret", generation, 32)
        dov.say(b"x")
    left = held(dov)
    assert [value for value in gone if value in left] == []
    assert ar in left


class Derived:
    """What goes into each epoch that is derived while this listens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.secrets: dict[str, bytes] = {}
        joiner_secret, new_epoch = key_schedule.joiner_secret, key_schedule.new_epoch

        def joiner(suite: CipherSuite, init: bytes, commit: bytes, context: bytes) -> bytes:
            made = joiner_secret(suite, init, commit, context)
            self.secrets |= {"init of the epoch before": init, "commit": commit, "joiner": made}
            return made

        def epoch(suite: CipherSuite, joiner: bytes, psk: bytes, context: bytes) -> Any:
            member = extract(suite, joiner, psk)
            self.secrets |= {"joiner": joiner, "member": member, "welcome": derive_secret(suite, member, b"welcome")}
            self.secrets["epoch"] = expand_with_label(suite, member, b"epoch", context, suite.nh)
            return new_epoch(suite, joiner, psk, context)

        monkeypatch.setattr(key_schedule, "joiner_secret", joiner)
        monkeypatch.setattr(key_schedule, "new_epoch", epoch)


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> Iterator[Derived]:
    yield Derived(monkeypatch)


def still_held(derived: Derived, member: Member) -> list[str]:
    left = held(member)
    return [name for name, value in derived.secrets.items() if value in left]


@shows("9.2-6")
def test_what_an_epoch_was_derived_from(four: list[Member], derived: Derived) -> None:
    ana, ben, *_ = four
    before = ana.group._state.epoch.secrets.init_secret
    pending = ana.commit(force_path=True)
    assert derived.secrets["init of the epoch before"] == before
    assert len(derived.secrets) == 6
    accept(pending, four)
    del pending
    assert derived.secrets["joiner"] not in bytes(32)
    for member in four:
        assert still_held(derived, member) == []
    message = ana.say(b"hello")
    root = encryption_secret(ben)
    ben.read(message)
    assert root not in held(ben)
    assert root not in held(ana)


@shows("9.2-6", "9.2-13")
def test_what_a_group_was_entered_with(four: list[Member], derived: Derived) -> None:
    ana, new = four[0], Member("new")
    pending = ana.commit(adds=[new.bundle.key_package], force_path=True)
    accept(pending, four, [new])
    assert still_held(derived, new) == []
    left = held(new)
    assert new.bundle.init_private not in left
    assert new.bundle.leaf_private in left
    accept(new.commit(force_path=True), [*four, new])
    assert new.bundle.leaf_private not in held(new)


@shows("9.2-9")
def test_a_commit_that_was_given_up(four: list[Member]) -> None:
    ana, ben = four[:2]
    ways: tuple[Callable[[], None], ...] = (
        ana.group.clear_pending,
        lambda: ana.follow(ben.commit(force_path=True).message),
    )
    for give_up in ways:
        pending = ana.commit(adds=[Member("new").bundle.key_package], force_path=True)
        after = pending.staged.next
        assert after is not None
        (root,) = after.messages.records.values()
        new_keys = [key for x, key in after.keys.items() if ana.group._state.epoch.keys.get(x) != key]
        secrets = [
            root,
            after.secrets.init_secret,
            after.secrets.exporter_secret,
            after.secrets.membership_key,
            *new_keys,
        ]
        assert len(secrets) >= 7
        assert [value for value in secrets if value not in held(ana)] == []
        give_up()
        left = held(ana)
        assert [value for value in secrets if value in left] == []


@shows("9.2-10")
def test_a_commit_of_others_that_is_not_merged(four: list[Member]) -> None:
    ana, ben, *_ = four
    before = snapshot(ben)
    staged = ben.process(ana.commit(force_path=True).message)
    assert isinstance(staged, StagedCommit)
    assert staged.next is not None
    left = held(ben)
    secrets = [staged.next.secrets.init_secret, staged.next.secrets.exporter_secret, encryption_root(staged)]
    assert [value for value in secrets if value in left] == []
    assert snapshot(ben) == before


def encryption_root(staged: StagedCommit) -> bytes:
    assert staged.next is not None
    (root,) = staged.next.messages.records.values()
    return root


@shows("9.2-11")
def test_private_keys_that_a_commit_replaces(four: list[Member]) -> None:
    ana, *others = four
    old = {member.name: dict(member.group._state.epoch.keys) for member in four}
    accept(ana.commit(force_path=True), four)
    for member in four:
        left = held(member)
        now = member.group._state.epoch.keys
        replaced = [key for x, key in old[member.name].items() if now.get(x) != key]
        assert replaced
        assert [key for key in replaced if key in left] == []
    accept(ana.commit(removes=[3]), four)
    for member in others[:2]:
        assert set(member.group._state.epoch.keys) <= {0, 1, 2, 3, 4}
        assert [key for x, key in old[member.name].items() if x in (3, 5) and key in held(member)] == []


@shows("9.2-12")
def test_an_update_that_nobody_committed(four: list[Member]) -> None:
    ana, ben, *_ = four
    ben.group.propose_update(random=ben.random, now=NOW)
    (key,) = ben.group._state.own_updates.values()
    assert key in held(ben)
    accept(ana.commit(force_path=True), four)
    assert key not in held(ben)


def test_what_is_held_is_found(four: list[Member]) -> None:
    """The search sees what a member must keep."""
    ana = four[0]
    state = ana.group._state
    left = held(ana)
    for value in (state.epoch.secrets.init_secret, *state.epoch.keys.values(), ana.group.context_bytes):
        assert value in left
    assert ana.identity.signature_private in left
