# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Objects that break one rule, and what each implementation makes of them: "refuses" or "takes"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from privity.mls.codec import decode, vec
from tests.interop.circle import Talk
from tests.interop.forging import flipped, longer_length
from tests.interop.peer import Client, PeerRefused
from tests.interop.peers import CORE_CRYPTO, MLS_RS, OTHERS, OURS, TS_MLS

REFUSES = "refuses"
TAKES = "takes"
DAY_S = 86400
GROUP_ID_AT = 4
"""Behind version and wire format of an MLSMessage that carries content."""
INIT_KEY_AT = 8
"""Behind version, wire format, version and suite."""


@dataclass(frozen=True)
class Fact:
    """`error` is ours. `otherwise` names the peers that take the object, `impossible` those that cannot be asked."""

    says: str
    error: str
    offer: Callable[[Talk, Client], None]
    otherwise: frozenset[str] = frozenset()
    impossible: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """For tests: the function's name."""
        return self.offer.__name__

    def expected(self, peer: str) -> str:
        """What this peer makes of it; "-" where it cannot be asked."""
        if peer in self.impossible:
            return "-"
        return TAKES if peer in self.otherwise else REFUSES


def offered() -> list[tuple[Fact, str]]:
    """Every object with everybody that it can be offered to."""
    return [(fact, peer) for fact in FACTS for peer in (OURS, *OTHERS) if peer not in fact.impossible]


def verdict(fact: Fact, talk: Talk, reader: Client) -> str:
    """What the reader makes of it."""
    try:
        fact.offer(talk, reader)
    except PeerRefused as refusal:
        assert refusal.kind != "AdapterError", refusal
        if refusal.peer == OURS:
            assert refusal.kind == fact.error, refusal
        return REFUSES
    return TAKES


# KeyPackages: the reader is asked to add the one who offers it


def _add(talk: Talk, reader: Client, package: bytes) -> None:
    talk.circle(reader)
    reader.commit(adds=[package])


def expired(talk: Talk, reader: Client) -> None:
    _add(talk, reader, talk.we("new").key_package(shift_s=-60 * DAY_S))


def not_yet_valid(talk: Talk, reader: Client) -> None:
    _add(talk, reader, talk.we("new").key_package(shift_s=2 * DAY_S))


def ten_years(talk: Talk, reader: Client) -> None:
    _add(talk, reader, talk.we("new").key_package(lifetime_s=3650 * DAY_S))


def package_signature(talk: Talk, reader: Client) -> None:
    _add(talk, reader, flipped(talk.we("new").key_package()))


def leaf_signature(talk: Talk, reader: Client) -> None:
    _add(talk, reader, talk.we("new").forge("leaf_signature_changed"))


def one_key_for_both(talk: Talk, reader: Client) -> None:
    _add(talk, reader, talk.we("new").forge("one_key_for_both"))


def package_trailing(talk: Talk, reader: Client) -> None:
    _add(talk, reader, talk.we("new").key_package() + b"\x00")


def package_longer_length(talk: Talk, reader: Client) -> None:
    _add(talk, reader, longer_length(talk.we("new").key_package(), INIT_KEY_AT))


def neutral_signature_key(talk: Talk, reader: Client) -> None:
    _add(talk, reader, talk.we("new").forge("neutral_signature_key"))


def small_order_init_key(talk: Talk, reader: Client) -> None:
    _add(talk, reader, talk.we("new").forge("small_order_init_key"))


def extension_not_listed(talk: Talk, reader: Client) -> None:
    _add(talk, reader, talk.we("new").forge("extension_not_listed"))


def added_twice(talk: Talk, reader: Client) -> None:
    new = talk.we("new")
    circle = talk.circle(reader)
    circle.add(reader, new)
    reader.commit(adds=[new.key_package()])


# Welcomes: the reader is added by us


def welcome_trailing(talk: Talk, reader: Client) -> None:
    we = talk.we("sender")
    talk.circle(we)
    welcome = we.commit(adds=[reader.key_package()], tree_in_welcome=True).welcome
    assert welcome is not None
    reader.join(welcome + b"\x00")


def tree_with_blanks_behind(talk: Talk, reader: Client) -> None:
    """The tree comes beside the Welcome, with two nodes more at its end that are not there."""
    we = talk.we("sender")
    talk.circle(we)
    made = we.commit(adds=[reader.key_package()])
    assert made.tree is not None
    nodes = decode(lambda r: r.vec(len(made.tree or b"")), made.tree)
    reader.join(made.welcome, vec(nodes + b"\x00\x00"))


# Messages: the reader is in a group with us


def _send(talk: Talk, reader: Client, made: Callable[[Client], bytes]) -> None:
    we = talk.we("sender")
    talk.circle(we, reader)
    _offer(we, reader, made(we))


def _offer(we: Client, reader: Client, message: bytes) -> None:
    """Whoever refuses it reads on as if nothing had come."""
    try:
        reader.process(message, we)
    except PeerRefused:
        assert reader.process(we.encrypt(b"afterwards"), we).plaintext == b"afterwards"
        raise


def empty_signature(talk: Talk, reader: Client) -> None:
    _send(talk, reader, lambda we: we.forge("empty_signature"))


def stranger_signature(talk: Talk, reader: Client) -> None:
    _send(talk, reader, lambda we: we.forge("stranger_signature"))


def padding_not_zero(talk: Talk, reader: Client) -> None:
    _send(talk, reader, lambda we: we.forge("padding_not_zero"))


def application_in_the_clear(talk: Talk, reader: Client) -> None:
    _send(talk, reader, lambda we: we.forge("application_in_the_clear"))


def message_trailing(talk: Talk, reader: Client) -> None:
    _send(talk, reader, lambda we: we.encrypt(b"words") + b"\x00")


def message_longer_length(talk: Talk, reader: Client) -> None:
    _send(talk, reader, lambda we: longer_length(we.encrypt(b"words"), GROUP_ID_AT))


def replayed(talk: Talk, reader: Client) -> None:
    we = talk.we("sender")
    talk.circle(we, reader)
    message = we.encrypt(b"once")
    assert reader.process(message, we).plaintext == b"once"
    _offer(we, reader, message)


def commit_trailing(talk: Talk, reader: Client) -> None:
    _send(talk, reader, lambda we: we.commit(hold=True).commit + b"\x00")


def confirmation_tag(talk: Talk, reader: Client) -> None:
    _send(talk, reader, lambda we: we.forge("wrong_confirmation_tag"))


def membership_tag(talk: Talk, reader: Client) -> None:
    _send(talk, reader, lambda we: we.forge("wrong_membership_tag"))


def commit_replayed(talk: Talk, reader: Client) -> None:
    we = talk.we("sender")
    talk.circle(we, reader)
    commit = we.commit().commit
    assert reader.process(commit, we).kind == "commit"
    _offer(we, reader, commit)


FACTS: tuple[Fact, ...] = (
    Fact("A KeyPackage whose lifetime is over", "LifetimeOver", expired),
    Fact("A KeyPackage that is not valid yet", "LifetimeNotStarted", not_yet_valid),
    Fact("A KeyPackage with a lifetime of ten years", "LifetimeTooLong", ten_years, frozenset(OTHERS)),
    Fact("A KeyPackage whose signature has one other bit", "BadSignature", package_signature),
    Fact("A signed KeyPackage around a leaf whose signature has one other bit", "BadSignature", leaf_signature),
    Fact("A KeyPackage with one key as init key and in the leaf", "InitKeyReused", one_key_for_both),
    Fact(
        "A KeyPackage signed under the neutral element of Ed25519",
        "BadPublicKey",
        neutral_signature_key,
        frozenset({TS_MLS, MLS_RS}),
    ),
    Fact("A KeyPackage with an init key of small order", "BadPublicKey", small_order_init_key),
    Fact("A leaf with an extension that its capabilities do not list", "UnsupportedExtension", extension_not_listed),
    Fact("A byte after a KeyPackage", "TrailingBytes", package_trailing, frozenset({TS_MLS, MLS_RS})),
    Fact(
        "A length in more bytes than it needs, in a KeyPackage",
        "NonMinimalLength",
        package_longer_length,
        frozenset({TS_MLS}),
    ),
    Fact("A second KeyPackage of a member, with the same signature key", "AddedTwice", added_twice),
    Fact("A byte after a Welcome", "TrailingBytes", welcome_trailing, frozenset({TS_MLS, MLS_RS})),
    Fact(
        "A tree with blank nodes behind its last",
        "TrailingBlank",
        tree_with_blanks_behind,
        impossible=frozenset({CORE_CRYPTO}),
    ),
    Fact("A message with an empty signature", "BadSignature", empty_signature),
    Fact("A message signed by a key that is no member's", "BadSignature", stranger_signature),
    Fact("Padding that is not all zero", "BadPadding", padding_not_zero),
    Fact("Application data in a PublicMessage", "WrongWireFormat", application_in_the_clear),
    Fact("A byte after a message", "TrailingBytes", message_trailing, frozenset(OTHERS)),
    Fact(
        "A length in more bytes than it needs, in a message",
        "NonMinimalLength",
        message_longer_length,
        frozenset({TS_MLS}),
    ),
    Fact("The same message again", "ReplayedMessage", replayed),
    Fact("A byte after a commit", "TrailingBytes", commit_trailing, frozenset(OTHERS)),
    Fact("A commit whose confirmation tag has one other bit", "BadConfirmationTag", confirmation_tag),
    Fact("A commit whose membership tag has one other bit", "BadMembershipTag", membership_tag),
    Fact("The same commit again", "WrongEpoch", commit_replayed),
)
