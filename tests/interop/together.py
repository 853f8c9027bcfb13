# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""All implementations in one group: whoever makes it, everybody commits, everybody speaks, some leave and return."""

from __future__ import annotations

import time

from tests.interop.circle import Circle
from tests.interop.peer import Client
from tests.interop.peers import CORE_CRYPTO, MLS_RS, OTHERS, OURS, Started

SUITES = (1, 2, 3)
A_SECOND_S = 1.1
"""A KeyPackage of mls-rs is valid from the second it is made in, and core-crypto takes it only once that is over."""
NO_X509 = (
    "core-crypto's groups require that members understand X.509 credentials; "
    "mls-rs says by its bindings that it does not"
)

CELLS = tuple((maker, suite) for suite in SUITES for maker in (OURS, *OTHERS) if maker != MLS_RS or suite == 1)
"""Who makes a group of which suite."""


def names(suite: int, maker: str) -> tuple[str, ...]:
    """Who can be in such a group together; mls-rs speaks suite 1, and see NO_X509."""
    return tuple(name for name in (OURS, *OTHERS) if name != MLS_RS or (suite == 1 and maker != CORE_CRYPTO))


def everybody(started: Started, maker: str, suite: int) -> None:
    """`maker` makes the group. Handshakes are PublicMessages and Welcomes carry the tree, as core-crypto needs it."""
    order = [maker, *(name for name in names(suite, maker) if name != maker)]
    clients = {name: started[name].client(f"of {maker}", suite) for name in order}
    circle = Circle(clients[maker], f"all together, made by {maker} in {suite}".encode())
    for name in order[1:]:
        circle.add(_adder(circle, name), clients[name])
        circle.agree()
    for _ in range(2):
        for each in list(circle.inside):
            circle.update(each)
            circle.agree()
    for number, name in enumerate(order):
        circle.remove(clients[order[number - 1]], clients[name])
        circle.agree()
        clients[name] = back = started[name].client(f"of {maker}, back", suite)
        circle.add(_adder(circle, name), back)
        circle.update(back)
        circle.agree()
    seconds = [started[name].client(f"of {maker}, second", suite) for name in order]
    packages = {each: each.key_package() for each in seconds}
    time.sleep(A_SECOND_S)
    circle.add(clients[CORE_CRYPTO], *seconds, packages=packages)
    for each in list(circle.inside):
        circle.update(each)
    circle.agree()


def _adder(circle: Circle, newcomer: str) -> Client:
    """Whoever came last and need not wait for A_SECOND_S."""
    return [each for each in circle.inside if newcomer != MLS_RS or each.peer.name != CORE_CRYPTO][-1]
