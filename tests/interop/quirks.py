# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where a peer and the RFC, or two peers, part ways: each one shown, so that a new version of a peer is noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.interop.circle import Circle
from tests.interop.committing import OWN_EXTENSION, OWN_TYPE
from tests.interop.peer import PeerRefused, packed, unpacked
from tests.interop.peers import CORE_CRYPTO, MLS_RS, OURS, TS_MLS, Started

AS_A_LENGTH = ("Truncated", "TrailingBytes", "NonMinimalLength", "LimitExceeded", "BadPublicKey")
"""What may be wrong with the first bytes of a random key when they are read as its length."""


@dataclass(frozen=True)
class Quirk:
    """`peers` are those that the demonstration needs besides ours."""

    peers: tuple[str, ...]
    says: str
    show: Callable[[Started], None]

    @property
    def name(self) -> str:
        """For tests: the function's name."""
        return self.show.__name__


@contextmanager
def refused(by: str, *said: str) -> Iterator[None]:
    """What stands inside must be refused by this peer, with one of these errors or words."""
    try:
        yield
    except PeerRefused as refusal:
        assert refusal.peer == by, refusal
        assert any(each in f"{refusal.kind}: {refusal.says}" for each in said), refusal
    else:
        raise AssertionError(f"{by} refused nothing")


def bare_external_pub(started: Started) -> None:
    they, we, new = (started[name].client("member") for name in (TS_MLS, OURS, TS_MLS))
    circle = Circle(they, b"bare key")
    made = circle.add(they, we)
    with refused(OURS, *AS_A_LENGTH):
        started[OURS].client("newcomer").external_commit(made.group_info)
    with refused(TS_MLS, "Invalid public key"):
        new.external_commit(we.group_info(with_tree=True).group_info)


def one_external_sender(started: Started) -> None:
    we, outsider, they = started[OURS].client("we"), started[OURS].client("outsider"), started[TS_MLS].client("they")
    circle = Circle(we, b"one sender", extensions=[outsider.call("external_senders")["extension"]])
    circle.add(we, they)
    info = we.group_info().group_info
    assert info is not None
    proposed = unpacked(outsider.call("propose_from_outside", group_info=packed(info), leaf=1)["message"])
    assert we.process(proposed, outsider).kind == "proposal"
    with refused(TS_MLS, "Could not decode ExternalSender"):
        they.process(proposed, outsider)


def compressed_keys(started: Started) -> None:
    they = started[TS_MLS].client("compressed", 2, compressed=True)
    we = started[OURS].client("we", 2)
    we.create(b"compressed keys")
    with refused(OURS, "BadPublicKey"):
        we.commit(adds=[they.key_package()])


def extensions_without_path(started: Started) -> None:
    they, we = (started[name].client("member", supports=[OWN_TYPE]) for name in (TS_MLS, OURS))
    circle = Circle(we, b"no path")
    circle.add(we, they)
    made = they.commit(extensions=[packed(OWN_EXTENSION)])
    with refused(OURS, "MissingPath"):
        we.process(made.commit, they)


def extensions_sealed_for_old_ones(started: Started) -> None:
    they, other, we, gone = (
        started[name].client(f"member {number}", supports=[OWN_TYPE])
        for number, name in enumerate((TS_MLS, TS_MLS, OURS, OURS))
    )
    circle = Circle(we, b"old extensions")
    circle.add(we, they, other, gone)
    made = they.commit(extensions=[packed(OWN_EXTENSION)], removes=[gone.identity])
    with refused(OURS, "DecryptionFailed"):
        we.process(made.commit, they)
    with refused(TS_MLS, "OpenError"):
        other.process(made.commit, they)


def equal_unmerged_lists(started: Started) -> None:
    first = started[OURS].client("one")
    circle = Circle(first, b"unmerged leaves")
    others = [started[OURS].client(f"number {number}") for number in range(5)]
    circle.add(first, *others)
    for each in list(circle.inside):
        circle.update(each)
    circle.remove(first, others[1], others[3])
    circle.add(first, started[OURS].client("back"))
    with refused(TS_MLS, "must list leaf node in its unmerged_leaves"):
        circle.add(first, started[TS_MLS].client("newcomer"))


def one_behind(started: Started) -> None:
    we, they = started[OURS].client("we"), started[CORE_CRYPTO].client("they")
    circle = Circle(we, b"one behind")
    circle.add(we, they)
    messages = [we.encrypt(b"%d" % number) for number in range(3)]
    assert they.process(messages[2], we).plaintext == b"2"
    assert they.process(messages[1], we).plaintext == b"1"
    with refused(CORE_CRYPTO, "DuplicateMessage"):
        they.process(messages[0], we)


def x509_required(started: Started) -> None:
    host, guest, we = (started[name].client("member") for name in (CORE_CRYPTO, MLS_RS, OURS))
    circle = Circle(host, b"x509 required")
    circle.add(host, we)
    with refused(OURS, "UnsupportedCredential"):
        we.commit(adds=[guest.key_package()])


def removed_and_speaking(started: Started) -> None:
    we, other, gone = started[OURS].client("we"), started[OURS].client("other"), started[MLS_RS].client("gone")
    circle = Circle(we, b"removed")
    circle.add(we, other, gone)
    circle.remove(we, gone)
    late = gone.encrypt(b"sealed after the removal, in the epoch before it")
    assert other.process(late, gone).plaintext is not None
    circle.update(we)
    circle.agree()


def sealed_handshakes(started: Started) -> None:
    we, they = started[OURS].client("we"), started[CORE_CRYPTO].client("they")
    circle = Circle(we, b"sealed handshakes")
    circle.add(we, they)
    with refused(CORE_CRYPTO, "wire format is incompatible"):
        they.process(we.commit(private=True).commit, we)


def removes_from_outside(started: Started) -> None:
    _from_outside(started, CORE_CRYPTO, "invalid for the Sender of type External")


def members_only(started: Started) -> None:
    _from_outside(started, MLS_RS, "not yet implemented")


def _from_outside(started: Started, theirs: str, said: str) -> None:
    """A listed outsider's Add, which ours queue."""
    we, outsider, new = (started[OURS].client(name) for name in ("we", "outsider", "new"))
    they = started[theirs].client("they")
    circle = Circle(we, b"from outside", extensions=[outsider.call("external_senders")["extension"]])
    circle.add(we, they)
    info, package = we.group_info().group_info, new.key_package()
    assert info is not None
    asked = outsider.call("propose_from_outside", group_info=packed(info), add=packed(package))
    proposed = unpacked(asked["message"])
    assert we.process(proposed, outsider).kind == "proposal"
    with refused(theirs, said):
        they.process(proposed, outsider)


def older_derivation(started: Started) -> None:
    number = 0xF47A
    we = started[OURS].client("we", number, hybrid=True)
    they = started[TS_MLS].client("they", number, hybrid="theirs")
    circle = Circle(we, b"older derivation")
    circle.add(we, they)
    circle.agree()
    made = they.commit()
    with refused(OURS, "PathSecretMismatch"):
        we.process(made.commit, they)


QUIRKS: tuple[Quirk, ...] = (
    Quirk(
        (TS_MLS,),
        "ts-mls puts the bare key into `external_pub`, without the length of an `HPKEPublicKey`, and expects it so. "
        "Its GroupInfos are of no use to others for external commits, nor others' to it.",
        bare_external_pub,
    ),
    Quirk(
        (TS_MLS,),
        "ts-mls reads `external_senders` as one sender where section 12.1.8.1 has a list, and refuses what those "
        "senders propose.",
        one_external_sender,
    ),
    Quirk(
        (TS_MLS,),
        "ts-mls makes compressed P-256 signature keys; section 5.1.1 wants uncompressed points, which it reads "
        "as well. We refuse the former (`BadPublicKey`); in suite 2 the peer here is given an uncompressed key.",
        compressed_keys,
    ),
    Quirk(
        (TS_MLS,),
        "ts-mls commits GroupContextExtensions without a path, which section 12.4 demands. We refuse the commit.",
        extensions_without_path,
    ),
    Quirk(
        (TS_MLS,),
        "Where it does send a path in such a commit (because it also removes somebody), ts-mls seals it for the "
        "group's old extensions. Nobody opens it, ts-mls included; hence no row in which ts-mls changes them.",
        extensions_sealed_for_old_ones,
    ),
    Quirk(
        (TS_MLS,),
        "ts-mls refuses a tree in which the nodes above an unmerged leaf do not all list the same unmerged leaves; "
        "section 12.4.3.1 asks only that they list this one. It joins such a group once somebody has committed there.",
        equal_unmerged_lists,
    ),
    Quirk(
        (TS_MLS,),
        "ts-mls takes X-Wing from a package whose DeriveKeyPair is that of an older draft (SHAKE256 over the bare "
        "input, no labels), so its commits lead to other keys than ours. The peer here is given the one of "
        "draft-ietf-hpke-pq, by the interface that ts-mls has for suites; everything else of the suite is its own.",
        older_derivation,
    ),
    Quirk(
        (CORE_CRYPTO,),
        "core-crypto takes no handshake message that is sealed (PrivateMessage).",
        sealed_handshakes,
    ),
    Quirk(
        (CORE_CRYPTO,),
        "core-crypto takes nothing but Remove of an external sender.",
        removes_from_outside,
    ),
    Quirk(
        (MLS_RS,),
        "mls-rs by these bindings stops at every proposal whose sender is no member.",
        members_only,
    ),
    Quirk(
        (CORE_CRYPTO,),
        "core-crypto keeps the key of one message behind the newest of a sender, and calls older ones duplicates.",
        one_behind,
    ),
    Quirk(
        (CORE_CRYPTO, MLS_RS),
        "Groups that core-crypto makes require members to understand X.509 credentials. mls-rs by these bindings says "
        "that it does not, and whoever obeys the RFC adds it to no such group.",
        x509_required,
    ),
    Quirk(
        (MLS_RS,),
        "mls-rs lets a removed member go on sealing in its last epoch. Members who still keep the keys of that epoch "
        "read it as a late message, as they must: it could have been sent before.",
        removed_and_speaking,
    ),
)
