# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Proposals of those who are not in the group: newcomers who ask, and outsiders whom it lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.interop.circle import Circle, Talk
from tests.interop.peer import Client, Made, packed, unpacked
from tests.interop.peers import CORE_CRYPTO, MLS_RS, TS_MLS
from tests.interop.row import Chapter, Row

MEMBERS_ONLY = "the bindings stop at proposals whose sender is no member (`not yet implemented`)"
ONE_SENDER = "it reads `external_senders` as one sender, where RFC 9420 section 12.1.8.1 has a list of them"
NO_ASKING = "its interface has no proposal of one who is not a member"


def they_ask_to_be_added(talk: Talk) -> None:
    we, newcomer = talk.we(), talk.they("newcomer")
    circle = talk.circle(we, talk.we("other"))
    info = we.group_info().group_info
    assert info is not None
    asking = unpacked(newcomer.call("propose_to_join", group_info=packed(info))["message"])
    for each in circle.inside:
        assert each.process(asking, newcomer).kind == "proposal"
    made = circle.update(we, tree_in_welcome=True)
    newcomer.join(made.welcome)
    circle.inside.append(newcomer)
    circle.agree()


def they_add_one_of_ours_who_asks(talk: Talk) -> None:
    we, they, newcomer = talk.we(), talk.they(), talk.we("newcomer")
    circle = talk.circle(we, they)
    info = we.group_info().group_info
    assert info is not None
    asking = unpacked(newcomer.call("propose_to_join", group_info=packed(info))["message"])
    for each in circle.inside:
        assert each.process(asking, newcomer).kind == "proposal"
    made = circle.update(they, pending=True, tree_in_welcome=True)
    newcomer.join(made.welcome)
    circle.inside.append(newcomer)
    circle.agree()


def they_remove_whom_an_outsider_names(talk: Talk) -> None:
    outsider, we, they, gone = talk.we("outsider"), talk.we(), talk.they(), talk.we("gone")
    circle = talk.circle(we, they, gone, extensions=[outsider.call("external_senders")["extension"]])
    made = _from_outside(circle, outsider, they, leaf=circle.inside.index(gone))
    assert gone.process(made.commit, they).removed
    assert not we.process(made.commit, they).removed
    circle.inside.remove(gone)
    circle.agree()


def _from_outside(circle: Circle, outsider: Client, committer: Client, **what: Any) -> Made:
    """A proposal of somebody whom the group lists, and the commit that takes it up."""
    info = circle.inside[0].group_info().group_info
    assert info is not None
    proposed = unpacked(outsider.call("propose_from_outside", group_info=packed(info), **what)["message"])
    for each in circle.inside:
        assert each.process(proposed, outsider).kind == "proposal"
    return committer.commit(pending=True, tree_in_welcome=True)


def our_observer_follows_them(talk: Talk) -> None:
    """A PublicGroup of ours, which holds no secret, sees the same group as its members do."""
    watcher, we, they, new, gone = talk.we("watcher"), talk.we(), talk.they(), talk.they("new"), talk.we("gone")
    circle = talk.circle(we, they, gone)
    start = we.group_info()
    assert start.group_info is not None
    assert start.tree is not None
    watcher.call("observe", group_info=packed(start.group_info), tree=packed(start.tree))
    circle.say(gone, b"so that they have met")
    steps: tuple[Callable[[], Made], ...] = (
        lambda: circle.update(they),
        lambda: circle.add(they, new),
        lambda: circle.update(new),
        lambda: circle.remove(they, gone),
    )
    for step in steps:
        seen = watcher.call("observed", message=packed(step().commit))
        assert seen["context"] == we.call("context")["context"]


CHAPTER = Chapter(
    "Proposals from outside",
    (
        Row("They ask to be added to our group", they_ask_to_be_added, {CORE_CRYPTO: NO_ASKING, MLS_RS: NO_ASKING}),
        Row("They add one of ours who asks", they_add_one_of_ours_who_asks, {MLS_RS: MEMBERS_ONLY}),
        Row(
            "They remove whom a listed outsider names",
            they_remove_whom_an_outsider_names,
            {TS_MLS: ONE_SENDER, MLS_RS: MEMBERS_ONLY},
        ),
        Row("Our PublicGroup, which has no secrets, follows their commits", our_observer_follows_them),
    ),
)
