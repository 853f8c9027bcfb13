# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Commits and proposals of either side, in the clear and sealed."""

from __future__ import annotations

import secrets

import pytest

from tests.interop.circle import Talk
from tests.interop.peer import Client, PeerRefused, packed
from tests.interop.peers import CORE_CRYPTO, MLS_RS
from tests.interop.row import Chapter, Row

ONLY_PUBLIC = "it takes handshake messages only as PublicMessage"
MAKES_PUBLIC = "it makes handshake messages only as PublicMessage"
NO_OPTION = "the bindings cannot ask for it: `commit` takes no options"
NO_PROPOSALS = "10.x has no verb that proposes; a client commits at once"
NO_UPDATE = "the bindings propose additions and removals only"
NO_PSK = "its interface has no pre-shared keys"
NO_EXTENSIONS = "its interface has no change of group extensions"


def everybody_commits_in_turn(talk: Talk) -> None:
    members = [talk.we("one"), talk.they("two"), talk.we("three"), talk.they("four"), talk.they("five")]
    circle = talk.circle(*members)
    for each in (*members, *members):
        circle.update(each)
        circle.agree(talk=False)
    circle.agree()


def our_update_in_the_clear(talk: Talk) -> None:
    _update(talk.we(), talk.they(), talk, private=False)


def our_update_sealed(talk: Talk) -> None:
    _update(talk.we(), talk.they(), talk, private=True)


def their_update_in_the_clear(talk: Talk) -> None:
    _update(talk.they(), talk.we(), talk, private=False)


def their_update_sealed(talk: Talk) -> None:
    _update(talk.they(), talk.we(), talk, private=True)


def we_remove_them(talk: Talk) -> None:
    _remove(talk.we(), talk.they("gone"), talk)


def they_remove_us(talk: Talk) -> None:
    _remove(talk.they(), talk.we("gone"), talk)


def the_place_of_one_removed_is_taken(talk: Talk) -> None:
    """Blanks in the middle of the tree, unmerged leaves, and a tree that shrinks and grows again."""
    we, they = talk.we(), talk.they()
    others = [talk.we("three"), talk.they("four"), talk.we("five"), talk.they("six")]
    circle = talk.circle(we, they, *others)
    for each in circle.inside:
        circle.update(each)
        circle.say(each, b"so that everybody has met")
    circle.remove(we, others[0])
    circle.remove(they, others[3])
    circle.agree()
    seven, eight = talk.we("seven"), talk.they("eight")
    circle.add(they, seven)
    circle.update(seven)
    circle.add(we, eight)
    circle.update(eight)
    circle.agree()
    circle.remove(others[2], they)
    circle.agree()


def they_commit_what_we_propose(talk: Talk) -> None:
    we, they, gone, new = talk.we(), talk.they(), talk.we("gone"), talk.we("new")
    circle = talk.circle(we, they, gone)
    _proposed(talk, circle.inside, we, they, gone, new)


def we_commit_what_they_propose(talk: Talk) -> None:
    we, they, gone, new = talk.we(), talk.they(), talk.we("gone"), talk.we("new")
    circle = talk.circle(we, they, gone)
    circle.say(gone, b"so that they have met")
    _proposed(talk, circle.inside, they, we, gone, new)


def they_commit_our_update(talk: Talk) -> None:
    we, they = talk.we(), talk.they()
    circle = talk.circle(we, they, talk.we("third"))
    circle.propose(we)
    circle.update(they, pending=True)
    circle.agree()
    circle.update(we)
    circle.agree()


def we_commit_their_update(talk: Talk) -> None:
    we, they = talk.we(), talk.they()
    circle = talk.circle(we, they)
    circle.propose(they)
    circle.update(we)
    circle.agree()
    circle.update(they)
    circle.agree()


def ours_was_second(talk: Talk) -> None:
    """We give our commit up because theirs was first, and follow it."""
    we, they = talk.we(), talk.they()
    circle = talk.circle(we, they)
    we.commit(hold=True)
    circle.update(they)
    circle.agree()


def our_commit_with_a_psk(talk: Talk) -> None:
    _psk(talk.we(), talk.they(), talk)


def their_commit_with_a_psk(talk: Talk) -> None:
    _psk(talk.they(), talk.we(), talk)


def a_welcome_with_a_psk(talk: Talk) -> None:
    for maker, other, new in (
        (talk.we(), talk.they(), talk.they("new")),
        (talk.they(), talk.we(), talk.we("new")),
    ):
        circle = talk.circle(maker, other)
        psk = _share(maker, other, new)
        circle.add(maker, new, psks=[psk])
        circle.agree()


def a_resumption_psk_in_our_commit(talk: Talk) -> None:
    _resumption(talk.we(), talk.they(), talk)


def a_resumption_psk_in_their_commit(talk: Talk) -> None:
    _resumption(talk.they(), talk.we(), talk)


def our_group_context_extensions(talk: Talk) -> None:
    we, they = talk.we(supports=[OWN_TYPE]), talk.they(supports=[OWN_TYPE])
    circle = talk.circle(we, they)
    circle.update(we, extensions=[packed(OWN_EXTENSION)])
    circle.agree()
    circle.add(they, talk.we("new", supports=[OWN_TYPE]))
    circle.agree()


OWN_TYPE = 0xF7A0
OWN_EXTENSION = OWN_TYPE.to_bytes(2, "big") + b"\x03abc"


def _update(by: Client, reader: Client, talk: Talk, *, private: bool) -> None:
    circle = talk.circle(talk.we("maker"), by, reader)
    for _ in range(2):
        made = circle.update(by, private=private)
        assert made.commit[2:4] == (b"\x00\x02" if private else b"\x00\x01")
        circle.agree()


def _remove(by: Client, gone: Client, talk: Talk) -> None:
    circle = talk.circle(talk.we("maker"), by, gone)
    circle.say(gone, b"so that they have met")
    circle.remove(by, gone)
    circle.agree()
    with pytest.raises(PeerRefused):
        gone.process(by.encrypt(b"not for those who left"), by)


def _proposed(talk: Talk, inside: list[Client], by: Client, committer: Client, gone: Client, new: Client) -> None:
    for what in ({"adds": [new.key_package()]}, {"removes": [gone.identity]}):
        message = by.propose(**what)
        for each in inside:
            if each is not by:
                assert each.process(message, by).kind == "proposal"
    made = committer.commit(pending=True, tree_in_welcome=True)
    for each in inside:
        if each is not committer:
            assert each.process(made.commit, committer).removed == (each is gone)
    new.join(made.welcome)
    left = [by, committer, new]
    assert len({each.exporter(b"exporter", b"", 32) for each in left}) == 1
    words = new.encrypt(b"here I am")
    assert {each.process(words, new).plaintext for each in (by, committer)} == {b"here I am"}


def _share(*clients: Client) -> dict[str, str]:
    """An external PSK that these have agreed on; the answer is what a commit names it by."""
    name, secret = secrets.token_bytes(16), secrets.token_bytes(32)
    for each in clients:
        each.call("psk", id=packed(name), secret=packed(secret))
    return {"id": packed(name), "nonce": packed(secrets.token_bytes(32))}


def _resumption(by: Client, reader: Client, talk: Talk) -> None:
    """The key of the epoch before, and of this one."""
    circle = talk.circle(by, reader)
    circle.update(reader)
    now = reader.epoch()
    for epoch in (now - 1, now + 1):
        circle.update(by, psks=[{"epoch": epoch, "nonce": packed(secrets.token_bytes(32))}])
        circle.agree()


def _psk(by: Client, reader: Client, talk: Talk) -> None:
    circle = talk.circle(by, reader)
    circle.update(by, psks=[_share(by, reader)])
    circle.agree()
    unknown = _share(by)
    made = by.commit(psks=[unknown])
    with pytest.raises(PeerRefused):
        reader.process(made.commit, by)


CHAPTER = Chapter(
    "Committing",
    (
        Row("Five members of both, each committing in turn, twice", everybody_commits_in_turn),
        Row("Our self-update as PublicMessage", our_update_in_the_clear),
        Row("Our self-update as PrivateMessage", our_update_sealed, {CORE_CRYPTO: ONLY_PUBLIC}),
        Row("Their self-update as PublicMessage", their_update_in_the_clear),
        Row("Their self-update as PrivateMessage", their_update_sealed, {CORE_CRYPTO: MAKES_PUBLIC, MLS_RS: NO_OPTION}),
        Row("We remove one of theirs, who sees it and reads no more", we_remove_them),
        Row("They remove one of ours, who sees it and reads no more", they_remove_us),
        Row("Removals in the middle, places taken again", the_place_of_one_removed_is_taken),
        Row("They commit the Add and Remove that we propose", they_commit_what_we_propose),
        Row("We commit the Add and Remove that they propose", we_commit_what_they_propose, {CORE_CRYPTO: NO_PROPOSALS}),
        Row("They commit the Update that we propose", they_commit_our_update),
        Row(
            "We commit the Update that they propose",
            we_commit_their_update,
            {CORE_CRYPTO: NO_PROPOSALS, MLS_RS: NO_UPDATE},
        ),
        Row("We give our pending commit up for theirs", ours_was_second),
        Row("An external PSK in our commit", our_commit_with_a_psk, {CORE_CRYPTO: NO_PSK, MLS_RS: NO_PSK}),
        Row("An external PSK in their commit", their_commit_with_a_psk, {CORE_CRYPTO: NO_PSK, MLS_RS: NO_PSK}),
        Row("An external PSK in a Welcome, either way", a_welcome_with_a_psk, {CORE_CRYPTO: NO_PSK, MLS_RS: NO_PSK}),
        Row(
            "A resumption PSK of this epoch, or the one before, in our commit",
            a_resumption_psk_in_our_commit,
            {CORE_CRYPTO: NO_PSK, MLS_RS: NO_PSK},
        ),
        Row(
            "A resumption PSK of this epoch, or the one before, in their commit",
            a_resumption_psk_in_their_commit,
            {CORE_CRYPTO: NO_PSK, MLS_RS: NO_PSK},
        ),
        Row(
            "We change the group's extensions",
            our_group_context_extensions,
            {CORE_CRYPTO: NO_EXTENSIONS, MLS_RS: NO_EXTENSIONS},
        ),
    ),
)
