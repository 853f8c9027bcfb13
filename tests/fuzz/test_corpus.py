# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The samples from which the fuzzer sets out, and what it found: each is decoded as it must be, cut and changed too."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz.corpus import CORPUS
from tests.fuzz.decoder import Decoder
from tests.fuzz.of_mls import of_mls

DECODERS = {decoder.name: decoder for decoder in of_mls()}
MOST = 300_000


def files(pattern: str) -> list[Path]:
    return sorted(CORPUS.glob(pattern))


def of(path: Path) -> Decoder:
    return DECODERS[path.parent.name]


def test_every_decoder_of_mls_has_samples_and_no_other() -> None:
    assert {path.parent.name for path in files("*/valid-*")} == DECODERS.keys()
    assert {path.name for path in files("*")} <= DECODERS.keys()


def test_the_samples_are_few() -> None:
    assert sum(path.stat().st_size for path in files("*/*")) < MOST


def test_every_valid_sample_is_accepted() -> None:
    for path in files("*/valid-*"):
        decoder = of(path)
        decoder.decode(path.read_bytes())
        decoder.check(path.read_bytes())


def test_what_was_found_once_is_refused_by_name() -> None:
    found = files("*/found-*")
    assert found
    for path in found:
        with pytest.raises(of(path).refusals):
            of(path).decode(path.read_bytes())


@pytest.mark.parametrize("name", sorted(DECODERS))
def test_changed_samples_are_refused_by_name_or_canonical(name: str) -> None:
    """A little of what `make fuzz` does for hours."""
    seeded = random.Random(name)
    decoder = DECODERS[name]
    slow = decoder.encode is None
    for path in files(f"{name}/valid-*"):
        data = path.read_bytes()
        for _ in range(20 if slow else 60):
            decoder.check(mangled(data, seeded))


def mangled(data: bytes, seeded: random.Random) -> bytes:
    """One byte other, cut, or doubled; or a length made larger."""
    at = seeded.randrange(len(data)) if data else 0
    match seeded.randrange(4):
        case 0:
            return data[:at] + bytes([seeded.randrange(256)]) + data[at + 1 :]
        case 1:
            return data[:at]
        case 2:
            return data[:at] + data[at : at + 9] + data[at:]
        case _:
            return data[:at] + bytes([0x40, seeded.randrange(256)]) + data[at + 1 :]
