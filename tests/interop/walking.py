# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A random walk of members of all implementations: who joins, leaves, commits and speaks is a matter of the seed."""

from __future__ import annotations

import random

from tests.interop import together
from tests.interop.circle import Circle
from tests.interop.peer import Client
from tests.interop.peers import CORE_CRYPTO, MLS_RS, OURS, Started

MOST = 12


class Walk:
    """One group that ours made. Everybody who joins commits at once, without which ts-mls could not join later."""

    def __init__(self, started: Started, suite: int, seed: int) -> None:
        self.started = started
        self.suite = suite
        self.chance = random.Random(seed)
        self.names = together.names(suite, OURS)
        self.joined = 0
        self.circle = Circle(self._new(OURS), f"walk {suite} {seed}".encode())
        for name in self.names[1:]:
            self._join(self.circle.inside[0], name)

    def step(self) -> None:
        inside = self.circle.inside
        steps = [self.update, self.update, self.speak, self.add, self.add_by_proposal, self.late]
        if len(inside) > MOST // 2:
            steps += [self.remove, self.remove]
        if len(inside) == MOST:
            steps = [self.remove, self.update]
        self.chance.choice(steps)()
        self.circle.agree(talk=False)

    def update(self) -> None:
        self.circle.update(self._anyone())

    def speak(self) -> None:
        self.circle.say(self._anyone(), self.chance.randbytes(self.chance.randrange(200)))

    def add(self) -> None:
        name = self.chance.choice(self.names)
        self._join(self._adder(name), name)

    def add_by_proposal(self) -> None:
        """One of ours or mls-rs or ts-mls proposes, somebody else commits."""
        if len(self.circle.inside) < 2:
            return
        proposer = self.chance.choice([each for each in self.circle.inside if each.peer.name != CORE_CRYPTO])
        committer = self.chance.choice([each for each in self.circle.inside if each is not proposer])
        new = self._new(OURS)
        self.circle.propose(proposer, adds=[new.key_package()])
        made = self.circle.update(committer, pending=True, tree_in_welcome=True)
        new.join(made.welcome)
        self.circle.inside.append(new)
        self.circle.update(new)

    def remove(self) -> None:
        by, gone = self.chance.sample(self.circle.inside, 2)
        if sum(each.peer.name == OURS for each in self.circle.inside) == 1 and gone.peer.name == OURS:
            by, gone = gone, by
        self.circle.say(gone, b"last words")
        self.circle.remove(by, gone)

    def late(self) -> None:
        """A message of ours that others read after they have read a later one."""
        sender = self.chance.choice([each for each in self.circle.inside if each.peer.name == OURS])
        first, second = sender.encrypt(b"first"), sender.encrypt(b"second")
        for each in self.circle.inside:
            if each is not sender:
                assert each.process(second, sender).plaintext == b"second"
                assert each.process(first, sender).plaintext == b"first"

    def _new(self, name: str) -> Client:
        self.joined += 1
        return self.started[name].client(f"walker {self.joined}", self.suite)

    def _join(self, by: Client, name: str) -> None:
        new = self._new(name)
        self.circle.add(by, new)
        self.circle.update(new)

    def _anyone(self) -> Client:
        return self.chance.choice(self.circle.inside)

    def _adder(self, newcomer: str) -> Client:
        """core-crypto would have to wait for a KeyPackage of mls-rs to be a second old."""
        return self.chance.choice(
            [each for each in self.circle.inside if newcomer != MLS_RS or each.peer.name != CORE_CRYPTO]
        )
