# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Clients of several peers in one group, and what must be true of them after every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.interop.peer import Client, Made
from tests.interop.peers import CORE_CRYPTO, MLS_RS, OURS, TS_MLS, Started

EXPORTER = (b"exporter", b"", 32)
"""core-crypto exports under this label and context and no other."""
TELLS_AUTHENTICATOR = (OURS, TS_MLS)
TELLS_MEMBERS = (OURS, TS_MLS, CORE_CRYPTO)


class Circle:
    """A group made by its first client. `inside` is whoever is in it by now, in the order they came."""

    def __init__(self, first: Client, group_id: bytes, **options: Any) -> None:
        first.create(group_id, **options)
        self.group_id = group_id
        self.inside = [first]

    @classmethod
    def of(cls, *members: Client) -> Circle:
        """Who is in a group already."""
        circle = cls.__new__(cls)
        circle.group_id, circle.inside = b"", list(members)
        return circle

    def add(
        self,
        by: Client,
        *newcomers: Client,
        beside: bool = False,
        packages: Mapping[Client, bytes] | None = None,
        **options: Any,
    ) -> Made:
        """Add them with one commit, by fresh KeyPackages unless some are given. `beside` hands the tree out beside the
        Welcome, which then carries none."""
        adds = [packages[each] if packages is not None else each.key_package() for each in newcomers]
        made = by.commit(adds=adds, tree_in_welcome=not beside, **options)
        self._deliver(made.commit, by)
        for each in newcomers:
            each.join(made.welcome, made.tree if beside else None)
        self.inside += newcomers
        return made

    def update(self, by: Client, **options: Any) -> Made:
        """A self-update, or a commit of whatever was proposed."""
        made = by.commit(**options)
        self._deliver(made.commit, by)
        return made

    def remove(self, by: Client, *gone: Client, **options: Any) -> Made:
        """Those who are removed get the commit as well, and must see that they are out."""
        made = by.commit(removes=[each.identity for each in gone], **options)
        for each in self._others(by):
            got = each.process(made.commit, by)
            assert got.kind == "commit"
            assert got.removed == (each in gone), each
        self.inside = [each for each in self.inside if each not in gone]
        return made

    def propose(self, by: Client, **what: Any) -> bytes:
        """Send a proposal to everybody else."""
        message = by.propose(**what)
        for each in self._others(by):
            assert each.process(message, by).kind == "proposal", each
        return message

    def enter(self, newcomer: Client, commit: bytes) -> None:
        """Deliver a newcomer's external commit."""
        self._deliver(commit, newcomer)
        if newcomer not in self.inside:
            self.inside.append(newcomer)

    def say(self, by: Client, words: bytes) -> None:
        message = by.encrypt(words)
        for each in self._others(by):
            got = each.process(message, by)
            assert (got.kind, got.plaintext) == ("application", words), each

    def agree(self, *, talk: bool = True) -> None:
        """All have the same secrets and the same list of members, and each reads what each of the others says."""
        assert len({each.exporter(*EXPORTER) for each in self.inside}) == 1
        authenticators = {each.epoch_authenticator() for each in self.inside if each.peer.name in TELLS_AUTHENTICATOR}
        assert len(authenticators) <= 1
        names = {each.identity for each in self.inside}
        for each in self.inside:
            if each.peer.name in TELLS_MEMBERS:
                assert each.members() == names, each
        if talk:
            for number, each in enumerate(self.inside):
                self.say(each, f"word {number} of {each.identity}".encode())

    def _others(self, by: Client) -> Sequence[Client]:
        return [each for each in self.inside if each is not by]

    def _deliver(self, commit: bytes, by: Client) -> None:
        for each in self._others(by):
            got = each.process(commit, by)
            assert (got.kind, got.removed) == ("commit", False), each


class Talk:
    """What one cell of the table has to work with: us, one peer, and a suite."""

    def __init__(self, started: Started, theirs: str, suite: int) -> None:
        self.started = started
        self.theirs = theirs
        self.suite = suite

    def we(self, name: str = "we", **options: Any) -> Client:
        return self.started[OURS].client(name, self.suite, **options)

    def they(self, name: str = "they", **options: Any) -> Client:
        return self.started[self.theirs].client(name, self.suite, **options)

    def beside(self, name: str = "they") -> Client:
        """One of theirs whose Welcomes carry no tree: mls-rs decides that when the client is made."""
        return self.they(name, tree_in_welcome=False) if self.theirs == MLS_RS else self.they(name)

    def circle(self, *clients: Client, **options: Any) -> Circle:
        """The first makes the group and adds the others."""
        first, *others = clients
        circle = Circle(first, f"group of {first!r}".encode(), **options)
        if others:
            circle.add(first, *others)
        return circle
