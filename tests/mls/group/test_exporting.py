# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Secrets for other purposes: as many as one likes from the exporter, one for each component from the safe exporter."""

from __future__ import annotations

import pytest

from privity.mls.errors import SelfRemoved, UsageError
from privity.mls.group import PendingCommit
from privity.mls.messages.proposals import ReInit
from privity.mls.schedule.errors import ExportConsumed, ExportTooLong
from privity.mls.schedule.exporting import LEVELS, ExporterTree
from privity.mls.schedule.kdf import derive_secret, expand_with_label
from privity.mls.schedule.key_schedule import first_epoch
from privity.mls.suites import suite
from tests.mls.group.builders import Member, accept, room, snapshot


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_exporter_has_a_bound(number: int) -> None:
    ana, ben = room("ana", "ben", number=number)
    most = 255 * ana.group.suite.nh
    assert ana.group.export(b"label", b"context", most) == ben.group.export(b"label", b"context", most)
    assert ana.group.export(b"label", b"context", 0) == b""
    for length in (most + 1, -1, 1 << 16):
        with pytest.raises(ExportTooLong):
            ana.group.export(b"label", b"context", length)
    assert ana.group.export(b"label", b"context", 32) != ana.group.export(b"other", b"context", 32)
    assert ana.group.export(b"label", b"context", 32) != ana.group.export(b"label", b"other", 32)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_all_members_find_the_same_secret_for_a_component_once(number: int) -> None:
    ana, ben = room("ana", "ben", number=number)
    secrets = {}
    for component in (0, 1, 2, 0x8000, 0xFFFF):
        secrets[component] = ana.group.safe_export(component)
    assert len(set(secrets.values())) == len(secrets)
    for component in (0xFFFF, 2, 0, 0x8000, 1):
        assert ben.group.safe_export(component) == secrets[component]
    for member in (ana, ben):
        member.reload()
        for component in secrets:
            with pytest.raises(ExportConsumed):
                member.group.safe_export(component)
    accept(ana.commit(force_path=True), [ana, ben])
    assert ana.group.safe_export(1) == ben.group.safe_export(1) != secrets[1]


def test_the_secret_is_the_leaf_of_a_tree_of_all_components() -> None:
    chosen = suite(1)
    tree = ExporterTree.create(chosen, b"s" * 32)
    component = 0x8001
    expected = b"s" * 32
    for level in reversed(range(LEVELS)):
        side = b"right" if component >> level & 1 else b"left"
        expected = expand_with_label(chosen, expected, b"tree", side, 32)
    assert tree.look_up(component).secret == expected


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_root_of_that_tree_is_a_secret_of_the_epoch(number: int) -> None:
    chosen = suite(number)
    new = first_epoch(chosen, b"e" * 32)
    assert new.application_export_secret == derive_secret(chosen, b"e" * 32, b"application_export")


def test_looking_up_changes_nothing_and_applying_leaves_nothing_to_derive_it_from() -> None:
    chosen = suite(1)
    tree = ExporterTree.create(chosen, b"s" * 32)
    step = tree.look_up(7)
    assert tree.look_up(7).secret == step.secret
    assert len(tree.records) == 1
    tree.apply(step)
    assert len(tree.records) == LEVELS
    assert step.secret not in tree.records.values()
    assert b"s" * 32 not in tree.records.values()
    neighbour = tree.look_up(6)
    tree.apply(neighbour)
    assert len(tree.records) == LEVELS - 1
    with pytest.raises(ExportConsumed):
        tree.look_up(7)


@pytest.mark.parametrize("component", [-1, 1 << 16])
def test_component_ids_have_16_bits(component: int) -> None:
    ana, _ = room("ana", "ben")
    before = snapshot(ana)
    with pytest.raises(UsageError) as caught:
        ana.group.safe_export(component)
    assert type(caught.value) is UsageError
    assert snapshot(ana) == before


def test_what_was_exported_is_gone_from_the_store_and_the_epoch_takes_the_rest_along() -> None:
    ana, ben = room("ana", "ben")
    secret = ana.group.safe_export(3)
    assert secret not in snapshot(ana).values()
    old = {value for name, value in ana.store.items() if name.startswith(b"exp")}
    assert len(old) == LEVELS
    accept(ben.commit(force_path=True), [ana, ben])
    kept = {value for name, value in ana.store.items() if name.startswith(b"exp")}
    assert len(kept) == 1
    assert not old & kept


def test_a_pending_commit_and_an_external_join_keep_the_exporter_of_the_next_epoch() -> None:
    ana, ben = room("ana", "ben")
    pending = ana.commit(force_path=True)
    ana.reload()
    assert isinstance(ana.group.pending, PendingCommit)
    accept(pending, [ana, ben])
    assert ana.group.safe_export(5) == ben.group.safe_export(5)


def test_a_removed_member_exports_nothing_and_a_member_of_a_closed_group_does() -> None:
    members = ana, ben, cyd = room("ana", "ben", "cyd")
    accept(ana.commit(removes=[2]), members)
    with pytest.raises(SelfRemoved):
        cyd.group.safe_export(1)
    accept(ana.commit(reinit=ReInit(b"next", 1, 1, ())), [ana, ben])
    assert ana.group.safe_export(1) == ben.group.safe_export(1)


def test_newcomers_share_it() -> None:
    ana, ben = Member("ana").create(), Member("ben")
    accept(ana.commit(adds=[ben.bundle.key_package]), [ana], [ben])
    assert ana.group.safe_export(9) == ben.group.safe_export(9)
