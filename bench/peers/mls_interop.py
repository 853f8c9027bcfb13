# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""ts-mls and core-crypto in the bench of MLS: the processes of the interop tests, which count the CPU of each verb."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.interop.peer import Client, Made, Peer
from tests.interop.peers import start

GROUP_ID = b"a group of the bench"
LONGEST_S = 600
"""For one step of a thousand members on a busy machine."""


class Counted:
    """The process, and what its verbs have cost so far."""

    def __init__(self, name: str) -> None:
        self.peer: Peer = start(name)
        self.peer.limit_s = LONGEST_S
        self.us = 0

    def call(self, verb: Any, *given: Any, **named: Any) -> Any:
        answer = verb(*given, **named)
        self.us += self.peer.cpu_us
        return answer


class Interop:
    """`tree_inside`: core-crypto takes the tree from the Welcome only."""

    def __init__(self, name: str) -> None:
        self._counted = Counted(name)
        self._tree_inside = name == "core-crypto"
        self._members: list[InteropMember] = []

    def cpu_ns(self) -> int:
        return self._counted.us * 1000

    def member(self, name: str, *, stored: bool) -> InteropMember:
        found = InteropMember(self._counted, name, self._tree_inside, self._members)
        self._members.append(found)
        return found

    def others(self, count: int) -> Iterator[tuple[str, bytes]]:
        for number in range(count):
            member = InteropMember(self._counted, f"other {number}", self._tree_inside, self._members)
            yield member.client.identity, member.key_package()

    def close(self) -> None:
        self._counted.peer.close()


class InteropMember:
    def __init__(self, counted: Counted, name: str, tree_inside: bool, all_of_them: list[InteropMember]) -> None:
        self._counted = counted
        self._tree_inside = tree_inside
        self._all = all_of_them
        self.client: Client = counted.peer.client(name)
        self.last: Client = self.client

    def key_package(self) -> bytes:
        return self.client.key_package()

    def create(self) -> None:
        self._counted.call(self.client.create, GROUP_ID)

    def add(self, key_packages: list[bytes]) -> tuple[bytes, bytes, bytes]:
        made = self._commit(adds=key_packages, tree_in_welcome=self._tree_inside)
        return made.commit, made.welcome or b"", made.tree or b""

    def join(self, welcome: bytes, tree: bytes) -> None:
        self._counted.call(self.client.join, welcome, None if self._tree_inside else tree)

    def update(self) -> bytes:
        return self._commit().commit

    def remove(self, name: str) -> bytes:
        return self._commit(removes=[name]).commit

    def process(self, commit: bytes) -> None:
        self._counted.call(self.client.process, commit, self._sender())

    def encrypt(self, plaintext: bytes) -> bytes:
        message: bytes = self._counted.call(self.client.encrypt, plaintext)
        return message

    def decrypt(self, message: bytes) -> bytes:
        got = self._counted.call(self.client.process, message, self._sender())
        return got.plaintext or b""

    def _commit(self, **asked: Any) -> Made:
        made: Made = self._counted.call(self.client.commit, **asked)
        return made

    def _sender(self) -> Client:
        """In this bench the first member speaks, and the last one reads; others speak only while the tree fills."""
        return self._all[0].client
