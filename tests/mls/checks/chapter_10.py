# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapter 10: KeyPackages."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    BadPublicKey,
    BadSignature,
    InitKeyReused,
    LifetimeOver,
    MisplacedExtension,
    UnknownVersion,
    UnsupportedExtension,
    UnsupportedSuite,
    WrongCipherSuite,
    WrongLeafSource,
)
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "10": "KeyPackages",
    "10.1": "Whether a KeyPackage may be added",
}

CHECKS: Final = (
    Check("10-1", "A KeyPackage whose signature does not verify is malformed", "messages.key_package", BadSignature),
    Check("10-2", "The init key is a public key of the KeyPackage's suite", "validation.key_package", BadPublicKey),
    Check("10-3", "The leaf's encryption key is a public key of the suite", "validation.leaf_node", BadPublicKey),
    Check("10-4", "The leaf's signature key is a public key of the suite", "validation.leaf_node", BadPublicKey),
    Check(
        "10-5",
        "A KeyPackage names the protocol version of the MLSMessage that brings it",
        "messages.codepoints",
        UnknownVersion,
    ),
    Check("10-6", "The leaf of a KeyPackage says that it comes from one", "validation.leaf_node", WrongLeafSource),
    Check(
        "10-7",
        "Extensions of the KeyPackage are among those that its leaf supports",
        "validation.key_package",
        UnsupportedExtension,
    ),
    Check(
        "10-8", "Extensions of the leaf are among those that it supports", "validation.leaf_node", UnsupportedExtension
    ),
    Check(
        "10-9",
        "A KeyPackage carries no extension that RFC 9420 places elsewhere",
        "validation.key_package",
        MisplacedExtension,
    ),
    Check(
        "10-10",
        "Who makes a KeyPackage lists its extensions in the capabilities",
        "group.identity",
        UnsupportedExtension,
    ),
    Check("10.1-1", "A KeyPackage is for the suite of the group", "validation.key_package", WrongCipherSuite),
    Check("10.1-2", "A KeyPackage is for the protocol version of the group", "validation.key_package", UnknownVersion),
    Check("10.1-3", "The leaf of a KeyPackage is signed by its own key", "messages.leaf_node", BadSignature),
    Check(
        "10.1-4", "A KeyPackage is signed by its leaf's key and by no other one", "messages.key_package", BadSignature
    ),
    Check("10.1-5", "The init key is not the leaf's encryption key", "validation.key_package", InitKeyReused),
    Check(
        "10.1-6", "The leaf of a KeyPackage supports the suite of the group", "validation.leaf_node", UnsupportedSuite
    ),
    Check("10.1-7", "A KeyPackage is used within its lifetime only", "validation.leaf_node", LifetimeOver),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "10-11",
        "No two KeyPackages of a client have the same init key",
        "`generate_key_package` draws both key pairs of each anew",
    ),
    Duty(
        "10-12",
        "A KeyPackage is used once, unless it is the last resort",
        "the client deletes it, private keys and all, when it joins; the hub hands out each once",
        (
            "server/core/test_keypackages.py::test_each_key_package_is_handed_out_once",
            "server/core/test_keypackages.py::test_last_resort_comes_last_and_stays",
        ),
    ),
    Duty(
        "10-14",
        "Some GREASE is among the extensions of our KeyPackages",
        "`generate_key_package` adds it (13.5-5)",
    ),
    Duty(
        "10-13",
        "Extensions of a KeyPackage that are not known are passed over",
        "they are kept as bytes, count in the signature, and mean nothing here",
    ),
)
