# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Valid samples for each decoder of mls, from which a fuzzer sets out: `python -m tests.fuzz.corpus` writes them anew.

`corpus/NAME/valid-...` is what our own code made; `found-...` is what a fuzzer broke once, and stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from tests.fuzz.of_mls import WholeGroup, packed
from tests.mls.strategies import STRUCTS, Struct
from tests.mls.strategies_stored import STORED

CORPUS = Path(__file__).parent / "corpus"
EACH = 4
MOST = 4096


def samples(struct: Struct) -> list[bytes]:
    """A few different encodings, the same in every run."""
    found: dict[bytes, None] = {}
    quiet = settings(
        max_examples=60,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    def collect(values: SearchStrategy[object]) -> None:
        @quiet
        @given(values)
        def note(value: object) -> None:
            found[struct.encode(value)] = None

        note()

    collect(struct.values)
    fit = [data for data in found if len(data) <= MOST]
    step = max(1, len(fit) // EACH)
    return sorted(fit, key=len)[::step][:EACH]


def of_the_whole_group() -> Iterator[tuple[str, bytes]]:
    """Two stores, and messages of every kind to the group in them."""
    whole = WholeGroup()
    for member in whole.members():
        yield "mls.group.load", packed(member.store)
    for message in whole.messages:
        yield "mls.group.process", message


def all_samples() -> Iterator[tuple[str, bytes]]:
    """(name of the decoder, bytes)"""
    for name, struct in (STRUCTS | STORED).items():
        for data in samples(struct):
            yield f"mls.{name}", data
    yield from of_the_whole_group()


def write() -> None:
    for old in CORPUS.glob("*/valid-*"):
        old.unlink()
    for name, data in all_samples():
        folder = CORPUS / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"valid-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)


if __name__ == "__main__":
    write()
