# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every struct of mls: what was encoded comes back, and no other bytes stand for it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import privity.mls
from privity.mls import codec
from privity.mls.errors import CodecError, NonMinimalLength, TrailingBytes
from privity.mls.messages.proposals import Proposal
from tests.mls.strategies import PROPOSALS, STRUCTS, Struct, fresh
from tests.mls.strategies_stored import STORED

ALL = STRUCTS | STORED
FEW = settings(
    max_examples=3, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
NOT_STRUCTS = {
    "codec.Encodable": "a Protocol",
    "group.older_pending.OlderPending": "read only; `group.test_older_records` writes it",
}


def found() -> Iterator[str]:
    """All classes of the package that have an encoding of their own."""
    for each in pkgutil.walk_packages(privity.mls.__path__, "privity.mls."):
        module = importlib.import_module(each.name)
        for name, kind in inspect.getmembers(module, inspect.isclass):
            codes = any(hasattr(kind, verb) for verb in ("encode", "decode", "read"))
            if kind.__module__ == module.__name__ and codes and not issubclass(kind, bytes | str):
                yield f"{module.__name__.removeprefix('privity.mls.')}.{name}"


def test_every_struct_has_a_strategy() -> None:
    assert set(found()) - NOT_STRUCTS.keys() == ALL.keys()


def test_every_kind_of_proposal_has_a_strategy() -> None:
    assert set(get_args(Proposal)) == PROPOSALS.keys()


def each_of(structs: dict[str, Struct]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("struct", [pytest.param(struct, id=name) for name, struct in structs.items()])


@each_of(ALL)
def test_a_value_comes_back(struct: Struct) -> None:
    @settings(max_examples=20, database=None)
    @given(struct.values)
    def check(value: Any) -> None:
        data = struct.encode(value)
        again = struct.decode(data)
        assert struct.encode(again) == data
        assert struct.encode(fresh(again)) == data
        if struct.compared:
            assert again == value

    check()


@each_of(ALL)
def test_no_part_of_it_stands_for_it(struct: Struct) -> None:
    """Every truncation ends too early."""

    @FEW
    @given(struct.values)
    def check(value: Any) -> None:
        data = struct.encode(value)
        step = 1 + len(data) // 400
        for stop in range(0, len(data), step):
            with pytest.raises(CodecError):
                struct.decode(data[:stop])
        with pytest.raises(CodecError):
            struct.decode(data[:-1])

    check()


@each_of(ALL)
def test_nothing_may_follow_it(struct: Struct) -> None:
    @FEW
    @given(struct.values)
    def check(value: Any) -> None:
        data = struct.encode(value)
        for byte in range(256):
            with pytest.raises(TrailingBytes):
                struct.decode(data + bytes([byte]))

    check()


class Longer:
    """A writer of vectors whose length takes more bytes than needed in one of them."""

    def __init__(self, which: int) -> None:
        self.left = which

    def __call__(self, data: bytes) -> bytes:
        self.left -= 1
        size = len(data)
        if self.left != -1:
            return VEC(data)
        return ((0x4000 | size).to_bytes(2, "big") if size < 0x40 else (0x80000000 | size).to_bytes(4, "big")) + data


VEC = codec.vec
WRITERS = [module for name, module in sys.modules.items() if name.startswith("privity.mls.") and hasattr(module, "vec")]


@contextmanager
def writing(vec: Callable[[bytes], bytes]) -> Iterator[None]:
    """All modules write their vectors with this."""
    with pytest.MonkeyPatch.context() as patch:
        for module in WRITERS:
            patch.setattr(module, "vec", vec)
        yield


WITHOUT_LENGTHS = {
    "messages.framing.Sender",
    "messages.leaf_node.Lifetime",
    "messages.proposals.Remove",
    "messages.proposals.SelfRemove",
    "schedule.protect.SenderData",
}


@each_of({name: struct for name, struct in ALL.items() if name not in WITHOUT_LENGTHS})
def test_no_length_may_be_longer_than_needed(struct: Struct) -> None:
    """Each of its lengths in turn, with all others around it as they then must be."""
    tried = 0

    @FEW
    @given(struct.values)
    def check(value: Any) -> None:
        nonlocal tried
        short = struct.encode(fresh(value))
        for which in range(200):
            longer = Longer(which)
            with writing(longer):
                data = struct.encode(fresh(value))
            if longer.left >= 0:
                break
            assert len(data) > len(short)
            with pytest.raises(NonMinimalLength):
                struct.decode(data)
            tried += 1
        fresh(value)

    check()
    assert tried > 0
