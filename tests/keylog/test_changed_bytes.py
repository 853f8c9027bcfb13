# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""No byte of an answer can be another: whatever is changed on the way is refused, wherever it is."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.keylog.errors import KeylogError
from privity.keylog.verify import verify_checkpoint_proof, verify_lookup
from privity.tlog.errors import TlogError
from tests.keylog.test_lookup import ANN, KEYS, LOG, NOBODY, NOW, VIEW

MASKS = int(os.environ.get("PRIVITY_PROVE_MASKS", "8"))
ANSWERS = [
    (ANN, LOG.lookup(ANN, VIEW)),
    (ANN, LOG.lookup(ANN, VIEW, dated=[0, 2])),
    (NOBODY, LOG.lookup(NOBODY, VIEW)),
]
HEAD = LOG.checkpoint_proof(VIEW).encode()


def changed(data: bytes, at: int, mask: int) -> bytes:
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def refuses(label: bytes, answer: bytes) -> None:
    with pytest.raises((KeylogError, TlogError)):
        verify_lookup(answer, label, KEYS, VIEW, NOW)


def refuses_head(head: bytes) -> None:
    with pytest.raises((KeylogError, TlogError)):
        verify_checkpoint_proof(head, KEYS, VIEW, NOW)


@pytest.mark.parametrize(("label", "answer"), ANSWERS, ids=["newest", "dated", "absent"])
def test_every_changed_byte_of_an_answer_is_refused(label: bytes, answer: bytes) -> None:
    @settings(max_examples=250, deadline=None)
    @given(st.integers(0, len(answer) - 1), st.integers(1, 255))
    def check(at: int, mask: int) -> None:
        refuses(label, changed(answer, at, mask))

    verify_lookup(answer, label, KEYS, VIEW, NOW)
    check()


@settings(max_examples=250, deadline=None)
@given(st.integers(0, len(HEAD) - 1), st.integers(1, 255))
def test_every_changed_byte_of_a_checkpoint_is_refused(at: int, mask: int) -> None:
    refuses_head(changed(HEAD, at, mask))


@pytest.mark.parametrize(("label", "answer"), ANSWERS, ids=["newest", "dated", "absent"])
def test_answer_cut_short_or_with_more_behind_it_is_refused(label: bytes, answer: bytes) -> None:
    for size in range(0, len(answer), 97):
        refuses(label, answer[:size])
    refuses(label, answer + b"\0")


@pytest.mark.prove
@pytest.mark.parametrize(("label", "answer"), ANSWERS, ids=["newest", "dated", "absent"])
def test_every_byte_of_an_answer_changed_is_refused(label: bytes, answer: bytes) -> None:
    """At every place, each bit by itself (and more masks, as the count says)."""
    masks = [1 << bit for bit in range(8)] + list(range(3, 256))
    for at in range(len(answer)):
        for mask in masks[:MASKS]:
            refuses(label, changed(answer, at, mask))


@pytest.mark.prove
def test_every_byte_of_a_checkpoint_changed_is_refused() -> None:
    for at in range(len(HEAD)):
        for mask in range(1, 256):
            refuses_head(changed(HEAD, at, mask))
