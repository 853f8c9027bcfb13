# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Getting into a group: by a Welcome, or by an external commit."""

from __future__ import annotations

from tests.interop.circle import Talk
from tests.interop.peers import CORE_CRYPTO, MLS_RS, TS_MLS
from tests.interop.row import Chapter, Row

NO_TREE_ARGUMENT = "`processWelcomeMessage` takes a Welcome and nothing else"
ALWAYS_INSIDE = "its Welcomes always carry the tree"
NO_EXTERNAL = "the bindings have no call for external commits, nor do they hand out a GroupInfo"
BARE_KEY = "it writes and reads `external_pub` without the length that RFC 9420 section 12.4.3.2 puts before the key"
EQUAL_LISTS = "it refuses trees in which two nodes above an unmerged leaf do not list the same unmerged leaves"


def they_join_ours(talk: Talk) -> None:
    circle = talk.circle(talk.we(), talk.they("one"), talk.they("two"))
    circle.agree()


def they_join_ours_tree_beside(talk: Talk) -> None:
    we, they = talk.we(), talk.they()
    circle = talk.circle(we)
    circle.add(we, they, beside=True)
    circle.agree()


def we_join_theirs(talk: Talk) -> None:
    circle = talk.circle(talk.they(), talk.we("one"), talk.we("two"))
    circle.agree()


def we_join_theirs_tree_beside(talk: Talk) -> None:
    we, they = talk.we(), talk.beside()
    circle = talk.circle(they)
    circle.add(they, we, beside=True)
    circle.agree()


def they_join_a_filled_tree(talk: Talk) -> None:
    """Everybody has committed before, so the Welcome carries a path secret and later paths go around blanks."""
    members = [talk.we("one"), talk.they("two"), talk.we("three"), talk.they("four")]
    circle = talk.circle(*members)
    for each in members:
        circle.update(each)
    circle.add(members[2], talk.they("five"))
    circle.add(members[1], talk.we("six"))
    circle.agree()


def they_join_unmerged_leaves(talk: Talk) -> None:
    """Newcomers that nobody has committed around yet, at different heights of a filled tree."""
    we, they = talk.we(), talk.they()
    others = [talk.we("three"), talk.they("four"), talk.we("five"), talk.they("six")]
    circle = talk.circle(we, they, *others)
    for each in circle.inside:
        circle.update(each)
        circle.say(each, b"so that everybody has met")
    circle.remove(we, others[0])
    circle.remove(they, others[2])
    circle.add(they, talk.we("seven"))
    circle.add(we, talk.they("eight"), talk.we("nine"))
    circle.agree()


def they_enter_ours(talk: Talk) -> None:
    we, newcomer = talk.we(), talk.they("newcomer")
    circle = talk.circle(we, talk.we("other"))
    info = we.group_info(with_tree=True).group_info
    circle.enter(newcomer, newcomer.external_commit(info))
    circle.agree()
    circle.update(newcomer)
    circle.agree()


def we_enter_theirs(talk: Talk) -> None:
    they, newcomer = talk.they(), talk.we("newcomer")
    circle = talk.circle(they)
    made = circle.add(they, talk.we("other"))
    circle.enter(newcomer, newcomer.external_commit(made.group_info))
    circle.agree()
    circle.update(newcomer)
    circle.agree()


def they_come_back_to_ours(talk: Talk) -> None:
    """A resync: the external commit removes the old leaf of the same client."""
    we, they = talk.we(), talk.they()
    circle = talk.circle(we, they, talk.we("other"))
    info = we.group_info(with_tree=True).group_info
    circle.enter(they, they.external_commit(info, resync=True))
    circle.agree()


def we_come_back_to_theirs(talk: Talk) -> None:
    we, they = talk.we(), talk.they()
    circle = talk.circle(they)
    made = circle.add(they, we)
    circle.enter(we, we.external_commit(made.group_info, resync=True))
    circle.agree()


CHAPTER = Chapter(
    "Joining",
    (
        Row("They join our group, the tree in the Welcome", they_join_ours),
        Row(
            "They join our group, the tree beside the Welcome",
            they_join_ours_tree_beside,
            {CORE_CRYPTO: NO_TREE_ARGUMENT},
        ),
        Row("We join their group, the tree in the Welcome", we_join_theirs),
        Row(
            "We join their group, the tree beside the Welcome", we_join_theirs_tree_beside, {CORE_CRYPTO: ALWAYS_INSIDE}
        ),
        Row("Both join a tree in which everybody has committed", they_join_a_filled_tree),
        Row(
            "Both join a tree with unmerged leaves at several heights", they_join_unmerged_leaves, {TS_MLS: EQUAL_LISTS}
        ),
        Row("They enter our group by an external commit", they_enter_ours, {TS_MLS: BARE_KEY, MLS_RS: NO_EXTERNAL}),
        Row("We enter their group by an external commit", we_enter_theirs, {TS_MLS: BARE_KEY, MLS_RS: NO_EXTERNAL}),
        Row(
            "They come back to our group by an external commit",
            they_come_back_to_ours,
            {TS_MLS: BARE_KEY, MLS_RS: NO_EXTERNAL},
        ),
        Row(
            "We come back to their group by an external commit",
            we_come_back_to_theirs,
            {TS_MLS: BARE_KEY, MLS_RS: NO_EXTERNAL},
        ),
    ),
)
