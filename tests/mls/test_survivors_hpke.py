# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of HPKE no other test noticed: what practically never happens, and keys of a wrong length."""

from __future__ import annotations

import pytest

from privity.mls.crypto import P256_ORDER
from privity.mls.errors import UsageError
from privity.mls.schedule import hpke
from privity.mls.suites import suite
from tests.mls.group.builders import randomness


def test_a_key_pair_is_looked_for_256_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under an order that no candidate is below: what has a chance of 2**-8192 with the real one."""
    tried: list[bytes] = []

    def expand(*args: object) -> bytes:
        tried.append(bytes(str(args), "ascii"))
        return b"\xff" * 32

    monkeypatch.setattr(hpke, "_labeled_expand", expand)
    with pytest.raises(UsageError, match="256 candidates"):
        hpke.derive_key_pair(suite(2), bytes(32))
    assert len(tried) == len(set(tried)) == 256


@pytest.mark.parametrize("chosen", [1, P256_ORDER - 1])
def test_candidates_outside_of_the_order_are_passed_over(monkeypatch: pytest.MonkeyPatch, chosen: int) -> None:
    candidates = [(0).to_bytes(32, "big"), P256_ORDER.to_bytes(32, "big"), chosen.to_bytes(32, "big")]
    given = iter(candidates)
    monkeypatch.setattr(hpke, "_labeled_expand", lambda *args: next(given))
    private, public = hpke.derive_key_pair(suite(2), bytes(32))
    assert private == candidates[2]
    assert public == hpke.public_key(suite(2), private)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_as_much_is_drawn_as_a_key_has(number: int) -> None:
    asked: list[int] = []

    def random(length: int) -> bytes:
        asked.append(length)
        return randomness(number)(length)

    _, public = hpke.generate_key_pair(suite(number), random)
    hpke.seal(suite(number), public, b"", b"", b"text", random)
    hpke.setup_sender(suite(number), public, b"", random)
    assert asked == [32, 32, 32]


@pytest.mark.parametrize("scalar", [0, P256_ORDER, P256_ORDER + 1])
def test_a_private_key_outside_of_the_order_is_our_own_fault(scalar: int) -> None:
    for sound in (1, P256_ORDER - 1):
        hpke.public_key(suite(2), sound.to_bytes(32, "big"))
    with pytest.raises(UsageError, match="outside the range"):
        hpke.public_key(suite(2), scalar.to_bytes(32, "big"))
