# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What every MLS library goes through in this bench, with the CPU time of each step. Needs nothing but the language.

A group is made and filled with one commit, so that all parents are blank: the worst case. Then a few members update
their leaves until the copath of the first one holds no blank parent: what that one does afterwards costs what it costs
in a group where everybody has updated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

TEXT = bytes(range(256)) * 4
"""1 KiB."""

AT_ONCE = 10
"""Messages of one step: long enough that a process that was away is warm again."""

T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    """What one group of the bench goes through. What follows on a filled tree can be left out."""

    size: int
    messages: int
    filled: bool


class Member(Protocol):
    """One member's library. What it changes is durable when a call returns, where it has a store."""

    def key_package(self) -> bytes: ...

    def create(self) -> None: ...

    def add(self, key_packages: list[bytes]) -> tuple[bytes, bytes, bytes]:
        """Commit and enter the new epoch: (commit, Welcome, tree out of band)."""

    def join(self, welcome: bytes, tree: bytes) -> None: ...

    def update(self) -> bytes:
        """Commit new keys of our own, and enter the new epoch."""

    def remove(self, name: str) -> bytes: ...

    def process(self, commit: bytes) -> None: ...

    def encrypt(self, plaintext: bytes) -> bytes: ...

    def decrypt(self, message: bytes) -> bytes: ...


class Library(Protocol):
    def cpu_ns(self) -> int:
        """CPU time that the library has used so far, nanoseconds."""

    def member(self, name: str, *, stored: bool) -> Member:
        """A member; `stored` with a store of its own, if the library has one."""

    def others(self, count: int) -> Iterable[tuple[str, bytes]]:
        """Names and KeyPackages of members that only stand in the tree."""

    def close(self) -> None:
        """Nothing of it is needed any more."""


class Clock:
    """CPU milliseconds of each step, in the order in which they were taken."""

    def __init__(self, cpu_ns: Callable[[], int]) -> None:
        self._cpu_ns = cpu_ns
        self.ms: defaultdict[str, list[float]] = defaultdict(list)

    def take(self, name: str, step: Callable[..., T], *given: object) -> T:
        start = self._cpu_ns()
        result = step(*given)
        self.ms[name].append((self._cpu_ns() - start) / 1e6)
        return result


def fillers(size: int) -> list[int]:
    """Leaves whose updates, in this order, leave no blank parent on the copath of leaf 0."""
    width, found = 1, []
    while width < size:
        found.append(width)
        width *= 2
    return found[::-1]


def steps(library: Library, clock: Clock, wire: dict[str, int], group: Plan) -> Iterator[str]:
    """One group of `size` members, step by step: what comes next, then that is done.

    Times go to `clock` and bytes on the wire to `wire`. Whoever takes the steps may let others go between two of them.
    """
    size = group.size
    first = library.member("first", stored=True)
    last = library.member("last", stored=True)
    places = fillers(size - 1) if group.filled else []
    fill = {place: library.member(f"filler {place}", stored=False) for place in places}
    yield f"KeyPackages of {size}"
    rest = iter(library.others(size - 2 - len(fill)))
    packages, victim = [], ""
    for place in range(1, size - 1):
        if place in fill:
            packages.append(fill[place].key_package())
        else:
            victim, package = next(rest)
            packages.append(package)
    packages.append(last.key_package())
    clock.take("create", first.create)
    yield "add"
    commit, welcome, tree = clock.take("add", first.add, packages)
    wire |= {"add commit": len(commit), "Welcome": len(welcome), "tree": len(tree)}
    yield "join"
    clock.take("join", last.join, welcome, tree)
    yield "update on a blank tree"
    commit = clock.take("update, blank", first.update)
    wire["update commit, blank"] = len(commit)
    blank = commit
    yield "process on a blank tree"
    clock.take("process, blank", last.process, commit)
    for left in range(group.messages, 0, -AT_ONCE):
        yield f"messages, {left} to go"
        _talk(clock, first, last, min(left, AT_ONCE))
    wire["message of 1 KB"] = len(first.encrypt(TEXT))
    if not group.filled:
        return
    for place, member in fill.items():
        yield f"filling from leaf {place}"
        member.join(welcome, tree)
        member.process(blank)
    yield "the updates that fill"
    _fill(list(fill.values()), [first, last])
    for left in range(group.messages // 4 or 1, 0, -1):
        yield f"update on a filled tree, {left} to go"
        commit = clock.take("update, filled", first.update)
        clock.take("process, filled", last.process, commit)
    wire["update commit, filled"] = len(commit)
    if victim:
        yield "remove"
        commit = clock.take("remove", first.remove, victim)
        clock.take("process a removal", last.process, commit)


def _talk(clock: Clock, sender: Member, reader: Member, messages: int) -> None:
    reader.decrypt(sender.encrypt(TEXT))  # the first message of an epoch derives more, once
    for _ in range(messages):
        message = clock.take("encrypt", sender.encrypt, TEXT)
        if clock.take("decrypt", reader.decrypt, message) != TEXT:
            raise RuntimeError("a message did not come out as it went in")


def _fill(fill: list[Member], others: list[Member]) -> None:
    for one in fill:
        commit = one.update()
        for other in (*fill, *others):
            if other is not one:
                other.process(commit)
