# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is drained can be loaded, at every step; a message writes little; nothing secret shows in a repr."""

from __future__ import annotations

import pytest

from privity.mls.group import DamagedRecords, Group, KeyPackageBundle, OwnCommit, StagedCommit
from privity.mls.group.state import store_pending
from privity.mls.schedule.hpke import Exporter
from privity.mls.schedule.key_schedule import NewEpoch
from privity.mls.schedule.secret_tree import Kind
from tests.mls.group.builders import NOW, Member, accept, agree, room


def test_a_conversation_goes_on_with_a_reload_after_every_step() -> None:
    members = room("ana", "ben", "cyd")
    _, ben, cyd = members
    for round_number in range(8):
        for member in members:
            member.reload()
        maker = members[round_number % 3]
        pending = maker.commit(force_path=round_number % 2 == 0)
        maker.reload()
        assert maker.group.pending is not None
        assert maker.group.pending.message == pending.message
        accept(pending, members)
        for member in members:
            member.reload()
        assert agree(members)
        message = maker.say(b"round %d" % round_number)
        maker.reload()
        for member in members:
            if member is not maker:
                assert member.read(message).plaintext == b"round %d" % round_number
    accept(ben.commit(removes=[0]), [ben, cyd])
    ben.reload()
    assert ben.read(cyd.say(b"two left")).plaintext == b"two left"
    assert agree([ben, cyd])


def test_own_pending_commit_survives_a_reload() -> None:
    ana, ben = room("ana", "ben", update=True)
    cyd = Member("cyd")
    ben.process(ana.group.propose_update(random=ana.random, now=NOW))
    pending = ben.commit(adds=[cyd.bundle.key_package])
    ben.reload()
    again = ben.group.pending
    assert again is not None
    assert (again.welcome, again.group_info, again.ratchet_tree) == (
        pending.welcome,
        pending.group_info,
        pending.ratchet_tree,
    )
    assert [added.key_package for added in again.staged.added] == [cyd.bundle.key_package]
    assert [updated.leaf_index for updated in again.staged.updated] == [0]
    echo = ben.process(pending.message)
    assert isinstance(echo, OwnCommit)
    ben.group.merge_pending(echo.pending)
    ana.follow(pending.message)
    cyd.join(pending.welcome, pending.ratchet_tree)
    ben.reload()
    assert agree([ana, ben, cyd])
    assert cyd.read(ben.say(b"hello")).plaintext == b"hello"


def test_a_pending_private_commit_survives_a_reload() -> None:
    ana, ben = room("ana", "ben")
    pending = ana.commit(force_path=True, private=True)
    ana.reload()
    accept(pending, [ana, ben])
    assert agree([ana, ben])


def test_a_reloaded_group_never_reuses_a_message_key() -> None:
    ana, ben = room("ana", "ben")
    generations = []
    for _ in range(4):
        generations.append(ben.read(ana.say(b"x")).generation)
        ana.reload()
    assert generations == [0, 1, 2, 3]


def test_one_message_writes_only_the_records_it_changed() -> None:
    members = room(*(f"m{at}" for at in range(16)))
    ana, ben = members[0], members[9]
    ben.read(ana.say(b"first"))
    for _ in range(3):
        message = ana.group.encrypt(b"next", random=ana.random)
        sent = ana.group.drain()
        assert (len(sent.put), len(sent.delete)) == (1, 0)
        ben.process(message)
        received = ben.group.drain()
        assert (len(received.put), len(received.delete)) == (1, 0)
        assert not ben.group.drain().put
    first = members[3].group
    first.drain()
    first.process(ana.group.encrypt(b"x", random=ana.random), now=NOW)
    opened = first.drain()
    assert len(opened.put) <= 12
    assert len(opened.delete) <= 2


def test_a_commit_writes_only_the_changed_part_of_the_tree() -> None:
    members = room(*(f"m{at}" for at in range(32)), update=True)
    ana, ben = members[0], members[9]
    pending = ana.commit(force_path=True)
    staged = ben.process(pending.message)
    ben.save()
    assert isinstance(staged, StagedCommit)
    ben.group.merge(staged)
    records = ben.group.drain()
    nodes = [name for name in records.put if name.startswith((b"node", b"over"))]
    assert len(nodes) == 6
    assert len(records.put) <= 12


def test_damaged_records_are_refused() -> None:
    ana, ben = room("ana", "ben", update=True)
    good = dict(ana.store)

    def load(store: dict[bytes, bytes]) -> None:
        Group.load(store, ana.identity, ana.rules)

    load(good)
    for bad in (
        {},
        {name: value for name, value in good.items() if name != b"node" + bytes(4)},
        {**good, b"group": good[b"group"][:-1]},
        {**good, b"group": b"\x63" + good[b"group"][1:]},
        {**good, b"strange": b""},
        {**good, b"node" + bytes(4): ben.group.tree.leaf(1).encode()},
    ):
        with pytest.raises(DamagedRecords):
            load(bad)


def test_a_key_package_bundle_is_stored_and_read_back() -> None:
    bundle = Member("ana").bundle
    again = KeyPackageBundle.decode(bundle.encode())
    assert again == bundle


def test_nothing_secret_shows_in_a_repr() -> None:
    ana, ben = room("ana", "ben", update=True)
    ben.process(ana.group.propose_update(random=ana.random, now=NOW))
    pending = ben.commit()
    state = ben.group._state
    epoch = state.epoch
    step = epoch.messages.next_to_send(0, Kind.APPLICATION)
    records = ben.group.drain()
    shown = " ".join(
        repr(each)
        for each in (
            ben.group,
            state,
            state.journal,
            state.signer,
            epoch,
            epoch.secrets,
            epoch.messages,
            step,
            state.past[1],
            state.past[1].messages,
            pending,
            pending.staged,
            OwnCommit(pending),
            store_pending(pending, b"hunter2"),
            ben.bundle,
            ben.identity,
            records,
            NewEpoch(b"hunter2hunter2", b"hunter2", b"", epoch.secrets, b"hunter2", b"hunter2"),
            Exporter(epoch.suite, b"hunter2"),
        )
    )
    secrets = [
        *epoch.secrets.encode().split(b"\x20")[1:],
        *epoch.keys.values(),
        *epoch.messages.records.values(),
        step.key,
        ben.identity.signature_private,
        ben.bundle.init_private,
        ben.bundle.leaf_private,
        b"hunter2",
    ]
    for secret in secrets:
        if len(secret) >= 7:
            assert secret.hex() not in shown
            assert repr(secret)[2:-1] not in shown
