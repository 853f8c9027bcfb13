# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The ready rules: whose key it is they ask, everything else that is not MLS itself they refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.basic_rules import DAY_S, BasicRules
from privity.mls.crypto import SigningKey
from privity.mls.errors import (
    CredentialRefused,
    GenerationTooFar,
    LifetimeTooLong,
    PolicyRefused,
    SuccessorRefused,
    UnknownCipherSuite,
    WrongEpoch,
)
from privity.mls.group import ApplicationMessage, Group, Identity, KeyPackageBundle, generate_key_package
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, APP_DATA_UPDATE
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import decode_group_info, decode_public_message, decode_welcome
from privity.mls.messages.extensions import Extensions, ExternalSender, external_senders_extension
from privity.mls.messages.outside import propose_from_outside
from privity.mls.messages.proposals import AppDataUpdate, Remove
from privity.mls.public_group import PublicGroup
from privity.mls.rules import LeafUse, Rules
from privity.mls.suites import P256_AES128GCM, POST_QUANTUM, X25519_AES128GCM, table
from tests.mls.group.builders import randomness

NOW = 1_900_000_000
SUITE = X25519_AES128GCM
CAPABILITIES = Capabilities(cipher_suites=(SUITE.id,), extensions=(APP_DATA_DICTIONARY,), proposals=(APP_DATA_UPDATE,))


class House:
    """Who has which key, and what was asked about it."""

    def __init__(self) -> None:
        self.keys: dict[bytes, bytes] = {}
        self.asked: list[bytes] = []
        self.random = randomness("basic rules")

    def authenticate(self, credential: Credential, signature_key: bytes) -> None:
        self.asked.append(credential.identity)
        if self.keys.get(credential.identity) != signature_key:
            raise CredentialRefused(f"{credential.identity!r} has another key")

    def person(self, name: bytes) -> Identity:
        identity = Identity.generate(SUITE, Credential.basic(name), random=self.random)
        self.keys[name] = identity.signature_public
        return identity

    def rules(self, **changes: int) -> BasicRules:
        return BasicRules(authenticate=self.authenticate, **changes)  # type: ignore[arg-type]  # numbers only

    def bundle(self, identity: Identity, lifetime_s: int = DAY_S) -> KeyPackageBundle:
        return generate_key_package(
            identity, now=NOW, lifetime_s=lifetime_s, capabilities=CAPABILITIES, random=self.random
        )

    def group(self, identity: Identity, rules: Rules, extensions: Extensions = ()) -> Group:
        return Group.create(
            identity,
            b"a group",
            extensions=extensions,
            capabilities=CAPABILITIES,
            lifetime_s=DAY_S,
            now=NOW,
            rules=rules,
            random=self.random,
        )

    def pair(self, **changes: int) -> tuple[Group, Group]:
        rules = self.rules(**changes)
        ana, ben = self.person(b"ana"), self.person(b"ben")
        group, bundle = self.group(ana, rules), self.bundle(ben)
        pending = group.commit(adds=[bundle.key_package], random=self.random, now=NOW)
        tree = pending.ratchet_tree
        group.merge_pending()
        welcome = decode_welcome(pending.welcome or b"")
        return group, Group.join(welcome, bundle, ben, ratchet_tree=tree, rules=rules, now=NOW)


@pytest.fixture
def house() -> House:
    return House()


def test_they_are_rules_and_cannot_be_changed(house: House) -> None:
    rules: Rules = house.rules()
    assert (rules.past_epochs, rules.out_of_order, rules.max_forward) == (2, 64, 4096)
    assert rules.max_lifetime_s == 90 * DAY_S == 90 * 24 * 60 * 60
    with pytest.raises(AttributeError):
        rules.past_epochs = 1000  # type: ignore[misc]  # the point of the test
    with pytest.raises(TypeError):
        BasicRules()  # type: ignore[call-arg]  # there is no default for whose key it is


def test_whose_key_it_is_is_asked_about_everybody(house: House) -> None:
    group, bens = house.pair()
    assert {b"ana", b"ben"} <= set(house.asked)
    house.keys[b"mallory"] = b"another key"
    mallory = Identity.generate(SUITE, Credential.basic(b"mallory"), random=house.random)
    with pytest.raises(CredentialRefused):
        group.commit(adds=[house.bundle(mallory).key_package], random=house.random, now=NOW)
    house.keys[b"mallory"] = mallory.signature_public
    group.commit(adds=[house.bundle(mallory).key_package], random=house.random, now=NOW)
    assert bens.epoch == 1


def test_every_use_of_a_leaf_is_asked_about(house: House) -> None:
    leaf = house.bundle(house.person(b"ana")).key_package.leaf_node
    for use in LeafUse:
        house.rules().check_credential(leaf, use)
    house.keys.clear()
    for use in LeafUse:
        with pytest.raises(CredentialRefused):
            house.rules().check_credential(leaf, use)


def test_a_member_stays_who_they_are(house: House) -> None:
    rules, leaf = house.rules(), house.bundle(house.person(b"ana")).key_package.leaf_node
    rules.check_successor(leaf, replace(leaf, signature_key=b"new", encryption_key=b"new"))
    with pytest.raises(SuccessorRefused):
        rules.check_successor(leaf, replace(leaf, credential=Credential.basic(b"ben")))


def test_external_senders_are_asked_about_and_propose_nothing(house: House) -> None:
    ana, hub = house.person(b"ana"), house.person(b"hub")
    sender = ExternalSender(hub.signature_public, hub.credential)
    listed = (external_senders_extension([sender]),)
    group = house.group(ana, house.rules(), listed)
    message = propose_from_outside(SUITE, group.context, Remove(0), SigningKey(SUITE, hub.signature_private))
    with pytest.raises(PolicyRefused, match="external sender 0"):
        group.process(message, now=NOW)
    public = PublicGroup.from_group_info(decode_group_info(group.group_info()), group.tree.encode(), house.rules(), NOW)
    with pytest.raises(PolicyRefused):
        public.process(decode_public_message(message), NOW)
    del house.keys[b"hub"]
    with pytest.raises(CredentialRefused):
        house.group(ana, house.rules(), listed)


def test_no_component_changes(house: House) -> None:
    group = house.group(house.person(b"ana"), house.rules(), (AppDataDictionary(()).extension(),))
    with pytest.raises(PolicyRefused, match="0x8123"):
        group.commit(app_data_updates=[AppDataUpdate(0x8123, b"state")], random=house.random, now=NOW)


def test_what_is_asked_for_bounds(house: House) -> None:
    group, bens = house.pair(past_epochs=1, out_of_order=2, max_forward=3, max_lifetime_s=2 * DAY_S)
    dan = house.person(b"dan")
    with pytest.raises(LifetimeTooLong):
        group.commit(adds=[house.bundle(dan, 3 * DAY_S).key_package], random=house.random, now=NOW)
    messages = [group.encrypt(b"%d" % n, random=house.random) for n in range(6)]
    with pytest.raises(GenerationTooFar):
        bens.process(messages[5], now=NOW)
    assert isinstance(bens.process(messages[2], now=NOW), ApplicationMessage)
    for _ in range(2):
        pending = group.commit(force_path=True, random=house.random, now=NOW)
        bens.merge(bens.process(pending.message, now=NOW))  # type: ignore[arg-type]  # it is a commit
        group.merge_pending()
    with pytest.raises(WrongEpoch):
        bens.process(messages[3], now=NOW)


def test_other_suites_only_where_the_application_says_so(house: House) -> None:
    ana = Identity.generate(POST_QUANTUM, Credential.basic(b"ana"), random=house.random)
    house.keys[b"ana"] = ana.signature_public
    able = Capabilities(cipher_suites=(POST_QUANTUM.id,))

    def create(rules: BasicRules) -> Group:
        return Group.create(ana, b"g", capabilities=able, lifetime_s=DAY_S, now=NOW, rules=rules, random=house.random)

    with pytest.raises(UnknownCipherSuite):
        create(house.rules())
    admitted = BasicRules(authenticate=house.authenticate, suites=table(P256_AES128GCM, POST_QUANTUM))
    assert create(admitted).suite == POST_QUANTUM
