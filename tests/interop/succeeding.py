# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Groups that follow others: ReInit and branches, and application resumption PSKs."""

from __future__ import annotations

from tests.interop.circle import Circle, Talk
from tests.interop.peer import Client, made, packed
from tests.interop.peers import CORE_CRYPTO, MLS_RS
from tests.interop.row import Chapter, Row

NOT_THERE = "its interface has neither ReInit nor branches"
OTHER_SUITE = {1: 3, 2: 1, 3: 1}


def we_reinitialise(talk: Talk) -> None:
    _reinitialised(talk, talk.we(), talk.they(), talk.suite)


def they_reinitialise(talk: Talk) -> None:
    _reinitialised(talk, talk.they(), talk.we(), talk.suite)


def we_change_the_suite(talk: Talk) -> None:
    _reinitialised(talk, talk.we(), talk.they(), OTHER_SUITE[talk.suite])


def they_change_the_suite(talk: Talk) -> None:
    _reinitialised(talk, talk.they(), talk.we(), OTHER_SUITE[talk.suite])


def we_branch(talk: Talk) -> None:
    _branched(talk, talk.we(), talk.they())


def they_branch(talk: Talk) -> None:
    _branched(talk, talk.they(), talk.we())


def _reinitialised(talk: Talk, by: Client, other: Client, suite: int) -> None:
    """`by` ends the group and starts its successor; all members come over."""
    third = talk.we("third")
    circle = talk.circle(by, other, third)
    new_id = b"successor of " + circle.group_id
    ending = made(by.call("reinit", group_id=packed(new_id), suite=suite))
    for each in (other, third):
        assert each.process(ending.commit, by).kind == "commit"
    for each in (other, third):
        each.call("take_suite", suite=suite)
    packages = [packed(each.key_package()) for each in (other, third)]
    start = by.call("successor", group_id=packed(new_id), suite=suite, branch=False, key_packages=packages)
    _follow(start, by, [other, third], branch=False)


def _branched(talk: Talk, by: Client, other: Client) -> None:
    """`by` takes one of two others into a group of their own."""
    circle = talk.circle(by, other, talk.we("third"))
    circle.update(other)
    package = packed(other.key_package())
    new_id = packed(b"branch of " + circle.group_id)
    start = by.call("successor", group_id=new_id, suite=talk.suite, branch=True, key_packages=[package])
    _follow(start, by, [other], branch=True)


def _follow(start: dict[str, str], by: Client, others: list[Client], *, branch: bool) -> None:
    for each in others:
        each.call("join_successor", welcome=start["welcome"], tree=start["tree"], branch=branch)
    circle = Circle.of(by, *others)
    circle.agree()
    circle.update(others[0])
    circle.update(by)
    circle.agree()


_ABSENT = {CORE_CRYPTO: NOT_THERE, MLS_RS: NOT_THERE}

CHAPTER = Chapter(
    "Groups that follow others",
    (
        Row("We end the group by ReInit and start its successor", we_reinitialise, _ABSENT),
        Row("They end the group by ReInit and start its successor", they_reinitialise, _ABSENT),
        Row("We move to another suite by ReInit", we_change_the_suite, _ABSENT),
        Row("They move to another suite by ReInit", they_change_the_suite, _ABSENT),
        Row("We branch a subgroup", we_branch, _ABSENT),
        Row("They branch a subgroup", they_branch, _ABSENT),
    ),
)
