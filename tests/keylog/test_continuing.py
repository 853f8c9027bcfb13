# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Epochs made again from an auditor's updates are those that the log once cut, to the last node."""

from __future__ import annotations

import os
import random

import pytest

from privity.keylog import errors as e
from privity.keylog.audit import EMPTY, AuditState, AuditUpdate, audit
from privity.keylog.continuing import Audited, rebuild
from privity.keylog.prefix_tree import root_of
from privity.tlog.tree import Frontier, root_at
from tests.keylog.memory_log import MemoryLog

NOW = 1_800_000_000_000
EPOCHS = int(os.environ.get("PRIVITY_PROVE_REBUILT_EPOCHS", "2000"))


class Copy:
    """The two trees of a log as an old backup has them."""

    def __init__(self) -> None:
        self.size = 0
        self.nodes: dict[bytes, bytes] = {}
        self.log_nodes: dict[tuple[int, int], bytes] = {}
        self.state = EMPTY

    def node_at(self, level: int, index: int) -> bytes:
        return self.log_nodes[level, index]

    def audited(self, updates: list[AuditUpdate]) -> list[Audited]:
        found = []
        for update in updates:
            self.state = audit(self.state, AuditUpdate.decode(update.encode()))
            found.append(Audited(update, self.state.prefix_root))
        return found

    def take(self, updates: list[AuditUpdate]) -> None:
        made = rebuild(self.size, self.nodes, self.node_at, self.audited(updates))
        self.nodes.update(made.prefix_changes)
        assert not {(level, index) for level, index, _ in made.log_nodes} & self.log_nodes.keys(), "all are new"
        self.log_nodes.update({(level, index): found for level, index, found in made.log_nodes})
        self.size += len(updates)


def grown(seed: int, epochs: int) -> MemoryLog:
    """Epochs of none to seven changes, some labels again and again."""
    chance = random.Random(seed)
    log = MemoryLog(seed=seed)
    for number in range(epochs):
        for _ in range(chance.choice((0, 1, 1, 2, 7))):
            log.put(b"u:%d" % chance.randrange(40), b"value %d" % number)
        log.cut(NOW + number)
    return log


def compare(log: MemoryLog, copy: Copy) -> None:
    assert copy.nodes == log.nodes
    assert copy.log_nodes == log._log_nodes
    assert root_of(copy.nodes) == log.entry(log.size - 1).prefix_root == copy.state.prefix_root
    assert root_at(copy.node_at, copy.size) == root_at(log.node_at, log.size)


def rebuilt_in_batches(seed: int, epochs: int) -> None:
    chance = random.Random(seed)
    log, copy = grown(seed, epochs), Copy()
    while copy.size < log.size:
        copy.take(log.updates[copy.size : copy.size + chance.choice((1, 2, 3, 17, 64))])
    compare(log, copy)


@pytest.mark.parametrize("seed", range(4))
def test_rebuilt_trees_are_those_that_the_log_cut(seed: int) -> None:
    rebuilt_in_batches(seed, 40)


@pytest.mark.prove
def test_many_rebuilt_epochs_are_those_that_the_log_cut() -> None:
    rebuilt_in_batches(5, EPOCHS)


@pytest.mark.parametrize("kept", [1, 2, 7, 8, 20])
def test_an_auditor_of_the_stored_trees_stands_where_one_who_saw_all_does(kept: int) -> None:
    log = grown(3, 20)
    state = EMPTY
    for update in log.updates[:kept]:
        state = audit(state, update)
    entry = log.entry(kept - 1)
    assert AuditState(entry.prefix_root, entry.timestamp_ms, Frontier.at(log.node_at, kept)) == state


def test_a_log_goes_on_from_rebuilt_trees_as_if_nothing_had_been_lost() -> None:
    log, copy = grown(6, 12), Copy()
    copy.take(log.updates)
    restored = log.fork()
    restored.nodes, restored._log_nodes = copy.nodes, copy.log_nodes
    for one in (log, restored):
        one.put(b"u:new", b"value")
    assert log.cut(NOW + 99).checkpoint == restored.cut(NOW + 99).checkpoint


def test_a_stored_tree_that_is_not_the_audited_one_takes_nothing() -> None:
    """That of an earlier epoch, of another log, and none at all."""
    log = grown(7, 12)
    copy = Copy()
    copy.take(log.updates[:6])
    audited = copy.audited(log.updates[6:])
    early, other = Copy(), Copy()
    early.take(log.updates[:3])
    other.take(grown(9, 6).updates)
    for nodes in (early.nodes, other.nodes, {}):
        with pytest.raises(e.BrokenTree):
            rebuild(6, nodes, copy.node_at, audited)


def test_leaf_that_the_stored_tree_has_already_is_a_bug_by_name() -> None:
    log, copy = grown(8, 6), Copy()
    audited = copy.audited(log.updates)
    assert any(one.update.added for one in audited)
    with pytest.raises(e.UsageError):
        rebuild(0, log.nodes, log.node_at, audited)
