# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A KeyPackage that was verified is not verified again; one that differs in a byte is, and everything else always."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls import crypto
from privity.mls.errors import BadSignature, CredentialRefused, LifetimeOver
from privity.mls.messages.key_package import KeyPackage
from privity.mls.suites import CipherSuite
from privity.mls.validation import key_package as checking
from privity.mls.validation.key_package import check_key_package
from privity.mls.validation.verified import Verified, digest_of
from tests.mls.public.builders import NOW, SUITE, TestRules, flip, key_package, party


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Verified:
    """A process that has seen nothing yet."""
    memory = Verified(2)
    monkeypatch.setattr(checking, "KEY_PACKAGES", memory)
    return memory


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The labels of the signatures that were verified."""
    labels: list[bytes] = []
    verify = crypto.verify_with_label

    def counted(suite: CipherSuite, key: bytes, label: bytes, content: bytes, signature: bytes) -> None:
        labels.append(label)
        verify(suite, key, label, content, signature)

    for module in ("leaf_node", "key_package"):
        monkeypatch.setattr(f"privity.mls.messages.{module}.verify_with_label", counted)
    return labels


def check(package: KeyPackage, rules: TestRules | None = None, now: int = NOW) -> None:
    check_key_package(package, suite=SUITE, rules=rules or TestRules(), now=now)


def test_the_same_bytes_are_verified_once(fresh: Verified, verified: list[bytes]) -> None:
    package = key_package(party("ana"))
    check(package)
    assert len(verified) == 2, "the KeyPackage and its leaf"
    check(KeyPackage.decode(package.encode()))
    assert len(verified) == 2 and len(fresh) == 1


def test_a_changed_signature_is_looked_at(fresh: Verified) -> None:
    package = key_package(party("ana"))
    check(package)
    with pytest.raises(BadSignature):
        check(replace(package, signature=flip(package.signature)))
    leaf = replace(package.leaf_node, signature=flip(package.leaf_node.signature))
    with pytest.raises(BadSignature):
        check(replace(package, leaf_node=leaf))
    assert len(fresh) == 1


def test_what_was_refused_is_not_remembered(fresh: Verified) -> None:
    package = key_package(party("ana"))
    for _ in range(2):
        with pytest.raises(BadSignature):
            check(replace(package, signature=flip(package.signature)))
    assert len(fresh) == 0


def test_time_and_rules_are_asked_every_time(fresh: Verified) -> None:
    package = key_package(party("ana"))
    check(package)
    lifetime = package.leaf_node.lifetime
    assert lifetime is not None
    with pytest.raises(LifetimeOver):
        check(package, now=lifetime.not_after + 1)
    with pytest.raises(CredentialRefused):
        check(package, TestRules(refused=frozenset({b"ana"})))


def test_the_latest_are_remembered(fresh: Verified) -> None:
    packages = [key_package(party(name)) for name in ("ana", "ben", "cyd")]
    for package in packages:
        check(package)
    assert [fresh.holds(digest_of(SUITE, package)) for package in packages] == [False, True, True]


def test_how_the_signatures_are_verified_is_remembered_too() -> None:
    package = key_package(party("ana"))
    others = (
        replace(SUITE, id=2),
        replace(SUITE, signature="ecdsa_p256"),
        replace(SUITE, id=2, signature="ecdsa_p256"),
    )
    assert len({digest_of(each, package) for each in (SUITE, *others)}) == 4
