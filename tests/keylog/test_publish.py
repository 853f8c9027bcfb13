# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The log's side refuses to make what no reader would take, and never answers from a damaged store."""

from __future__ import annotations

import pytest

from privity.keylog import errors as e
from privity.keylog import publish
from privity.keylog.commitment import commit, stamp
from privity.keylog.prefix_proof import prove
from privity.keylog.proof import MAX_DATED, Standing
from tests.keylog.memory_log import MemoryLog
from tests.keylog.test_lookup import ANN, BEN, LOG, NOBODY, NOW, make_log


def test_log_does_not_answer_what_it_cannot_prove() -> None:
    for size in (-1, 6):
        with pytest.raises(e.UsageError):
            LOG.answer(ANN, size)
    with pytest.raises(e.UsageError):
        MemoryLog().checkpoint_proof()
    for label, dated in ((ANN, [4]), (ANN, [-1]), (NOBODY, [0]), (ANN, [0] * (MAX_DATED + 1))):
        with pytest.raises(e.UsageError):
            LOG.answer(label, None, dated)


def test_log_whose_tree_is_not_that_of_its_newest_entry_does_not_answer() -> None:
    """The next epoch's nodes were written before it was published."""
    log = make_log(1)
    log.put(ANN, b"next")
    early = publish.cut(log.origin, log.size, log.nodes, log.node_at, log.changes(), NOW, log.vrf_private)
    log.nodes.update(early.prefix_changes)
    with pytest.raises(e.BrokenTree):
        log.answer(ANN)


def test_log_commits_to_nothing_that_no_reader_would_take() -> None:
    log = make_log(1)
    for opening, value in ((bytes(15), b"value"), (bytes(16), bytes((1 << 16) + 1))):
        with pytest.raises(e.UsageError):
            log.publish([publish.Change(ANN, 1, opening, value)], NOW)


def test_commitment_and_stamp_are_of_their_inputs_alone() -> None:
    base = commit(bytes(16), ANN, 0, b"value")
    others = [
        commit(bytes(15) + b"\x01", ANN, 0, b"value"),
        commit(bytes(16), BEN, 0, b"value"),
        commit(bytes(16), ANN, 1, b"value"),
        commit(bytes(16), ANN, 0, b"value\0"),
    ]
    assert len({base, *others}) == 5
    assert len({stamp(base, 0), stamp(base, 1), stamp(others[0], 0), base}) == 4
    assert Standing(base, 1).encode() == base + bytes(7) + b"\x01"
    assert prove(LOG.nodes, []).ends == ()
