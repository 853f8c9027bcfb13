# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Credentials: their form, chains of certificates, and when the application is asked."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privity.mls.group import Group
from privity.mls.messages.codepoints import APPLICATION_ID, X509
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import decode_group_info
from privity.mls.messages.extensions import Extension, Extensions, ExternalSender, external_senders_extension
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.messages.proposals import Add, ExternalInit, GroupContextExtensions, Remove, Update
from privity.mls.public_group import StagedPublicCommit
from privity.mls.rules import LeafUse
from privity.mls.suites import suite
from privity.mls.validation.certificates import MAX_CHAIN, check_chain
from privity.mls.validation.group_info import verify_group_info
from privity.mls.validation.leaf_node import check_leaf
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid import followed, talking
from tests.mls.checks.valid_certificates import authority, certificate, chain
from tests.mls.group.builders import Member, OpenRules, capabilities
from tests.mls.public.builders import NOW, SUITE, Party, TestRules, key_package, leaf, party

ANA = party("ana")
CHAIN = chain(Ed25519PublicKey.from_public_bytes(ANA.public))
INIT = ExternalInit(b"k" * 32)


@shows("5.3-1")
def test_a_credential_of_an_unknown_type() -> None:
    good = Credential.basic(b"ana").encode()
    breaks("5.3-1", Credential.decode, good, b"\x0a\x0a" + good[2:])


# Chains of certificates


def check(certificates: tuple[bytes, ...]) -> None:
    """As the leaf of a KeyPackage is looked at."""
    node = leaf(ANA, credential=Credential.x509(certificates))
    check_leaf(node, LeafUse.ADD, suite=SUITE, rules=TestRules(), now=NOW)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A key as MLS writes it."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def test_chains_that_are_good() -> None:
    for length in (1, 2, 3):
        check(CHAIN[:length])
    key = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    check_chain(chain(key), point(key), suite(2))


@shows("5.3-2")
def test_an_empty_chain() -> None:
    breaks("5.3-2", check, CHAIN, ())


@pytest.mark.parametrize("place", [0, 1, 2])
@shows("5.3-3", "5.3-4")
def test_an_entry_that_is_no_certificate(place: int) -> None:
    def with_entry(entry: bytes) -> tuple[bytes, ...]:
        return (*CHAIN[:place], entry, *CHAIN[place + 1 :])

    for broken in (b"", b"certificate", CHAIN[place][:-1]):
        breaks("5.3-3", check, CHAIN, with_entry(broken))
    for broken in (CHAIN[place] + b"\x00", CHAIN[place] * 2):
        breaks("5.3-4", check, CHAIN, with_entry(broken))


@shows("5.3-5")
def test_a_certificate_for_another_key() -> None:
    breaks("5.3-5", check, CHAIN, chain(authority(9).public_key()))


@pytest.mark.parametrize(("number", "curve"), [(1, ec.SECP256R1()), (2, ec.SECP384R1()), (2, None)])
@shows("5.3-6")
def test_a_certificate_for_a_key_of_another_algorithm(number: int, curve: ec.EllipticCurve | None) -> None:
    other = authority(9).public_key() if curve is None else ec.derive_private_key(7, curve).public_key()
    p256 = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    good, key = (CHAIN, ANA.public) if number == 1 else (chain(p256), point(p256))
    breaks("5.3-6", lambda it: check_chain(it, key, suite(number)), good, chain(other))


def unknown_algorithm(der: bytes) -> bytes:
    """The same certificate for a key of an algorithm that nobody has defined; its signature is not right any more."""
    ed25519 = bytes.fromhex("302a300506032b6570032100")
    assert der.count(ed25519) == 1
    return der.replace(ed25519, bytes.fromhex("302a300506032b657f032100"))


@pytest.mark.parametrize("number", [1, 2])
@shows("5.3-6")
def test_a_certificate_for_another_kind_of_key_equals_nothing(number: int) -> None:
    """Whatever leaf key is put beside it."""
    p256 = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    both = {1: (CHAIN, ANA.public), 2: (chain(p256), point(p256))}
    (good, key), (other, _) = both[number], both[3 - number]
    check_chain(good[:1], key, suite(number))
    for alone in (other[0], unknown_algorithm(CHAIN[0])):
        for wrong in (key, *(bytes([byte]) for byte in range(256))):
            with raises_check("5.3-6"):
                check_chain([alone], wrong, suite(number))


@shows("5.3-6")
def test_a_certificate_for_the_leaf_key_on_another_curve() -> None:
    p256, p384 = (ec.derive_private_key(7, curve).public_key() for curve in (ec.SECP256R1(), ec.SECP384R1()))
    good, other = ((chain(key), point(key)) for key in (p256, p384))
    breaks("5.3-6", lambda it: check_chain(*it, suite(2)), good, other)


@shows("5.3-7")
def test_a_certificate_that_the_next_did_not_sign() -> None:
    forged = certificate("ana", Ed25519PublicKey.from_public_bytes(ANA.public), "middle", authority(9))
    breaks("5.3-7", check, CHAIN, (forged, *CHAIN[1:]))


@shows("5.3-8")
def test_a_certificate_that_names_another_issuer() -> None:
    other = certificate("ana", Ed25519PublicKey.from_public_bytes(ANA.public), "muddle", authority(2))
    breaks("5.3-8", check, CHAIN, (other, *CHAIN[1:]))
    breaks("5.3-8", check, CHAIN, (CHAIN[0], CHAIN[2]))


@shows("5.3-9")
def test_a_chain_without_end() -> None:
    """The root issued itself, so this chain is right in every link."""
    assert MAX_CHAIN == 16
    breaks("5.3-9", check, (*CHAIN[:2], *[CHAIN[2]] * (MAX_CHAIN - 2)), (*CHAIN[:2], *[CHAIN[2]] * (MAX_CHAIN - 1)))


@shows("5.3-11")
def test_external_senders_with_another_key_than_they_show() -> None:
    room = followed()

    def propose(sender: ExternalSender) -> None:
        room.group.process(room.propose(0, GroupContextExtensions((external_senders_extension([sender]),))), NOW)

    good = ExternalSender(ANA.public, Credential.x509(CHAIN))
    breaks("5.3-11", propose, good, ExternalSender(party("eve").public, Credential.x509(CHAIN)))


@shows("5.3-10")
def test_the_application_judges_a_chain_that_has_the_right_form() -> None:
    rules = TestRules()
    node = leaf(ANA, credential=Credential.x509(CHAIN))
    check_leaf(node, LeafUse.ADD, suite=SUITE, rules=rules, now=NOW)
    assert rules.uses == [LeafUse.ADD]
    assert node.credential.type == X509


# When the application is asked


@shows("5.3.1-1")
def test_whom_we_would_add() -> None:
    ana = talking("ana")[0]
    zoe, eve = Member("zoe"), Member("eve")
    ana.rules.refused = frozenset({b"eve"})

    def add(newcomer: Member) -> None:
        ana.commit(adds=[newcomer.bundle.key_package])
        ana.group.clear_pending()

    breaks("5.3.1-1", add, zoe, eve)


@pytest.mark.parametrize("refused", [b"ana", b"cyd"])
@shows("5.3.1-2", "5.3.1-3")
def test_members_of_a_group_that_we_would_join(refused: bytes) -> None:
    ana, _, cyd = talking("ana", "ben", "cyd")
    zoe = Member("zoe")
    pending = ana.commit(adds=[zoe.bundle.key_package])
    info = decode_group_info(cyd.group.group_info(with_tree=True))

    def welcomed(rules: OpenRules) -> None:
        zoe.rules = rules
        zoe.join(pending.welcome, pending.ratchet_tree)

    def entering(rules: OpenRules) -> None:
        Group.join_external(
            info,
            ratchet_tree=None,
            identity=zoe.identity,
            capabilities=capabilities(1),
            rules=rules,
            now=NOW,
            random=zoe.random,
        )

    breaks("5.3.1-2", welcomed, OpenRules(), OpenRules(refused=frozenset({refused})))
    breaks("5.3.1-3", entering, OpenRules(), OpenRules(refused=frozenset({refused})))


@shows("5.3.1-4", "5.3.1-5", "5.3.1-6", "5.3.1-7")
def test_credentials_that_come_to_a_running_group() -> None:
    room = followed()
    room.rules.same_identity = False
    messages = {
        "5.3.1-4": room.propose(0, Add(key_package(party("new")))),
        "5.3.1-5": room.propose(1, Update(renamed(room.parties[1], "new", leaf_index=1))),
        "5.3.1-6": room.commit(0, leaf_changes={"credential": Credential.basic(b"new")}),
        "5.3.1-7": room.external_commit(party("new"), [INIT]),
    }
    for number, message in messages.items():
        room.rules.refused = frozenset()
        room.group.process(message, NOW)
        room.rules.refused = frozenset({b"new"})
        with raises_check(number):
            room.group.process(message, NOW)


def renamed(who: Party, name: str, leaf_index: int) -> LeafNode:
    """A new leaf of somebody under another name."""
    return leaf(who, LeafSource.UPDATE, leaf_index=leaf_index, credential=Credential.basic(name.encode()))


@shows("5.3.1-8", "5.3.1-9")
def test_external_senders_that_would_be_listed() -> None:
    room = followed()
    room.rules.refused = frozenset({b"spy"})
    hub = ExternalSender(room.hub.public, room.hub.credential)
    spy = ExternalSender(party("spy").public, Credential.basic(b"spy"))
    friend = ExternalSender(spy.signature_key, Credential.basic(b"friend"))

    def propose(*senders: ExternalSender) -> None:
        room.group.process(room.propose(0, GroupContextExtensions((external_senders_extension(senders),))), NOW)

    breaks("5.3.1-8", lambda sender: propose(hub, sender), friend, spy)
    breaks("5.3.1-9", propose, friend, spy)


def test_external_senders_that_stay_are_not_asked_about_again() -> None:
    room = followed()
    room.rules.refused = frozenset({b"hub"})
    room.group.process(room.propose(0, GroupContextExtensions(room.group.context.extensions)), NOW)


@shows("5.3.1-10")
def test_external_senders_of_a_group_that_we_would_follow() -> None:
    room = followed()
    info, tree = room.group_info(), room.group.tree.encode()
    hub_refused = TestRules(refused=frozenset({b"hub"}))
    breaks("5.3.1-10", lambda rules: verify_group_info(info, tree, rules, NOW), TestRules(), hub_refused)


@shows("5.3.1-15")
def test_external_senders_of_a_group_that_we_make() -> None:
    def create(name: str) -> None:
        ana = Member("ana", rules=OpenRules(refused=frozenset({b"spy"})))
        sender = ExternalSender(party("somebody").public, Credential.basic(name.encode()))
        ana.create((external_senders_extension([sender]),))

    breaks("5.3.1-15", create, "friend", "spy")


@shows("5.3.1-11", "5.3.1-12", "5.3.1-13")
def test_successors() -> None:
    room = followed()
    returning = Party("cyd", room.parties[2].private, room.parties[2].public)
    changed = Party("new", returning.private, returning.public)

    def update(name: str) -> None:
        room.group.process(room.propose(1, Update(renamed(room.parties[1], name, leaf_index=1))), NOW)

    def commit(name: str) -> None:
        room.group.process(room.commit(0, leaf_changes={"credential": Credential.basic(name.encode())}), NOW)

    def come_back(who: Party) -> None:
        room.group.process(room.external_commit(who, [INIT, Remove(2)]), NOW)

    breaks("5.3.1-11", update, "ben", "new")
    breaks("5.3.1-12", commit, "ana", "new")
    breaks("5.3.1-13", come_back, returning, changed)


def test_successors_come_after_those_whom_they_replace(monkeypatch: pytest.MonkeyPatch) -> None:
    room = followed()
    before = room.group.tree
    asked: list[tuple[LeafNode, LeafNode]] = []
    monkeypatch.setattr(room.rules, "check_successor", lambda old, new: asked.append((old, new)))
    renewal = Update(leaf(room.parties[1], LeafSource.UPDATE, leaf_index=1))
    room.group.process(room.propose(1, renewal), NOW)
    committed = room.group.process(room.commit(0), NOW)
    returned = room.group.process(room.external_commit(room.parties[2], [INIT, Remove(2)]), NOW)
    assert isinstance(committed, StagedPublicCommit) and isinstance(returned, StagedPublicCommit)
    assert asked == [
        (before.leaf(1), renewal.leaf_node),
        (before.leaf(0), committed.tree.leaf(0)),
        (before.leaf(2), returned.tree.leaf(2)),
    ]


@shows("5.3.1-14")
def test_the_application_is_asked_about_new_leaves_only() -> None:
    room = followed()
    room.rules.uses.clear()
    room.group.process(room.propose(0, Remove(1)), NOW)
    assert room.rules.uses == []
    room.accept(room.commit(0, [Add(key_package(party("zoe")))]))
    assert room.rules.uses == [LeafUse.ADD, LeafUse.COMMIT]


@shows("5.3.2-1")
def test_who_has_an_expired_credential_can_renew_it() -> None:
    room = followed()
    room.rules.refused = frozenset({b"ana"})
    room.rules.same_identity = False
    room.group.process(room.propose(0, Remove(1)), NOW)
    room.group.process(room.propose(0, Update(renamed(room.parties[0], "ana renewed", leaf_index=0))), NOW)
    room.accept(room.commit(0, leaf_changes={"credential": Credential.basic(b"ana renewed")}))
    assert room.group.tree.leaf(0).credential == Credential.basic(b"ana renewed")


@shows("5.3.3-1")
def test_an_application_id_is_neither_believed_nor_unique() -> None:
    room = followed()
    extensions: Extensions = (Extension(APPLICATION_ID, b"the same"),)
    packages = [key_package(who, leaf_node=leaf(who, extensions=extensions)) for who in (party("zoe"), party("yan"))]
    room.accept(room.commit(0, [Add(package) for package in packages]))
    assert [node.extensions for _, node in room.group.members()].count(extensions) == 2
