# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapter 5: suites, keys, signatures, encryption to keys, references, credentials."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    BadCertificate,
    BadEnum,
    BadPublicKey,
    BadSignature,
    BrokenChain,
    ChainTooLong,
    CredentialRefused,
    DecryptionFailed,
    EmptyChain,
    NoMatchingSecrets,
    SuccessorRefused,
    UnknownCipherSuite,
    UnknownProposalReference,
    UsageError,
    WrongCertificateKey,
)
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "5.1": "Cipher suites",
    "5.1.1": "Public keys",
    "5.1.2": "Signing",
    "5.1.3": "Encryption to public keys",
    "5.2": "References by hash",
    "5.3": "Credentials",
    "5.3.1": "Validating credentials",
    "5.3.2": "Credentials that expire",
    "5.3.3": "Telling clients apart",
}

CHECKS: Final = (
    Check("5.1-1", "A group has a suite that is known here", "suites", UnknownCipherSuite),
    Check("5.1-2", "A group has a suite that the application admits", "suites", UnknownCipherSuite),
    Check("5.1-3", "A suite is the one that the application means by its number", "suites", UnknownCipherSuite),
    Check("5.1.1-1", "An X25519 public key has 32 bytes", "crypto", BadPublicKey),
    Check("5.1.1-2", "An X25519 public key is no point of low order", "crypto", BadPublicKey),
    Check("5.1.1-3", "A P-256 public key to encrypt to is an uncompressed point", "crypto", BadPublicKey),
    Check("5.1.1-4", "A P-256 public key to encrypt to is on the curve", "crypto", BadPublicKey),
    Check("5.1.1-5", "An Ed25519 public key has 32 bytes", "crypto", BadPublicKey),
    Check("5.1.1-6", "A P-256 public key to verify with is an uncompressed point", "crypto", BadPublicKey),
    Check("5.1.1-7", "A P-256 public key to verify with is on the curve", "crypto", BadPublicKey),
    Check("5.1.1-8", "An Ed25519 public key is no point of small order", "ed25519", BadPublicKey),
    Check("5.1.1-9", "An Ed25519 public key is reduced", "ed25519", BadPublicKey),
    Check(
        "5.1.2-1", "A leaf's signature key is of the suite's signature algorithm", "validation.leaf_node", BadPublicKey
    ),
    Check("5.1.2-2", "A signature is of the content that came", "crypto", BadSignature),
    Check("5.1.2-3", "A signature is by the key it is said to be by", "crypto", BadSignature),
    Check("5.1.2-4", "A signature is under the label of its purpose", "crypto", BadSignature),
    Check("5.1.2-5", "A signature is not empty", "crypto", BadSignature),
    Check("5.1.2-6", "An Ed25519 signature is R and S and nothing more", "crypto", BadSignature),
    Check("5.1.2-7", "An ECDSA signature is DER, not r and s side by side", "crypto", BadSignature),
    Check("5.1.2-8", "We sign with a private key of the suite's algorithm", "crypto", UsageError),
    Check("5.1.2-9", "The second half of an Ed25519 signature is reduced", "ed25519", BadSignature),
    Check("5.1.2-10", "The first half of an Ed25519 signature is no point of small order", "ed25519", BadSignature),
    Check("5.1.3-1", "What was sealed under another label does not open", "schedule.hpke", DecryptionFailed),
    Check("5.1.3-2", "What was sealed in another context does not open", "schedule.hpke", DecryptionFailed),
    Check("5.1.3-3", "What was sealed to another key does not open", "schedule.hpke", DecryptionFailed),
    Check("5.1.3-4", "What was changed after sealing does not open", "schedule.hpke", DecryptionFailed),
    Check("5.1.3-5", "A KEM output has the length of its KEM", "schedule.hpke", BadPublicKey),
    Check("5.1.3-6", "A KEM output of X25519 is no point of low order", "schedule.hpke", BadPublicKey),
    Check("5.1.3-7", "A KEM output of P-256 is on the curve", "schedule.hpke", BadPublicKey),
    Check("5.1.3-8", "Nothing is sealed to an unusable key", "schedule.hpke", BadPublicKey),
    Check("5.1.3-9", "We open with a private key of the suite's KEM", "schedule.hpke", UsageError),
    Check("5.2-1", "A Welcome names our KeyPackage by the hash of all of it", "group.join", NoMatchingSecrets),
    Check(
        "5.2-2",
        "A commit names a proposal by the hash of the content, signature included, that carried it",
        "validation.proposals",
        UnknownProposalReference,
    ),
    Check("5.3-1", "A credential is of a type that is known here", "messages.credential", BadEnum),
    Check("5.3-2", "An X.509 credential has a certificate", "validation.certificates", EmptyChain),
    Check("5.3-3", "Every entry of a chain is a DER certificate", "validation.certificates", BadCertificate),
    Check("5.3-4", "Every entry of a chain is one certificate only", "validation.certificates", BadCertificate),
    Check(
        "5.3-5", "The first certificate is for the leaf's signature key", "validation.certificates", WrongCertificateKey
    ),
    Check(
        "5.3-6",
        "The first certificate's key is of the suite's signature algorithm",
        "validation.certificates",
        WrongCertificateKey,
    ),
    Check("5.3-7", "Each certificate is signed by the one that follows", "validation.certificates", BrokenChain),
    Check("5.3-8", "Each certificate names the one that follows as issuer", "validation.certificates", BrokenChain),
    Check("5.3-9", "A chain is not so long that checking it is an attack", "validation.certificates", ChainTooLong),
    Check(
        "5.3-11",
        "An external sender's first certificate is for its signature key",
        "validation.certificates",
        WrongCertificateKey,
    ),
    Check(
        "5.3.1-1",
        "The application accepts a KeyPackage's credential before we propose to add it",
        "validation.leaf_node",
        CredentialRefused,
    ),
    Check(
        "5.3.1-2",
        "The application accepts every member's credential before we join with a Welcome",
        "validation.leaf_node",
        CredentialRefused,
    ),
    Check(
        "5.3.1-3",
        "The application accepts every member's credential before we join by an external commit",
        "validation.leaf_node",
        CredentialRefused,
    ),
    Check(
        "5.3.1-4",
        "The application accepts the credential that an Add brings",
        "validation.leaf_node",
        CredentialRefused,
    ),
    Check(
        "5.3.1-5",
        "The application accepts the credential that an Update brings",
        "validation.leaf_node",
        CredentialRefused,
    ),
    Check(
        "5.3.1-6",
        "The application accepts the credential that a committer's path brings",
        "validation.leaf_node",
        CredentialRefused,
    ),
    Check(
        "5.3.1-7",
        "The application accepts the credential of who joins by commit",
        "validation.leaf_node",
        CredentialRefused,
    ),
    Check(
        "5.3.1-8",
        "The application accepts an external sender before it is listed",
        "validation.proposals",
        CredentialRefused,
    ),
    Check(
        "5.3.1-9",
        "The application accepts an external sender that takes another's place",
        "validation.proposals",
        CredentialRefused,
    ),
    Check(
        "5.3.1-10",
        "The application accepts the external senders of a group to join or to follow",
        "validation.group_info",
        CredentialRefused,
    ),
    Check(
        "5.3.1-11",
        "The application accepts an Update's leaf as successor of the old one",
        "validation.proposals",
        SuccessorRefused,
    ),
    Check(
        "5.3.1-12",
        "The application accepts a committer's new leaf as successor of the old one",
        "validation.commit",
        SuccessorRefused,
    ),
    Check(
        "5.3.1-13",
        "The application accepts the leaf of who returns as successor of the one it removes",
        "validation.commit",
        SuccessorRefused,
    ),
    Check(
        "5.3.1-15",
        "The application accepts the external senders of a group that we make",
        "group.create",
        CredentialRefused,
    ),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "5.3-10",
        "Trust anchors, names, purposes, dates and revocation of X.509 certificates are judged by the application",
        "`Rules.check_credential` gets the leaf after the chain's form was checked",
    ),
    Duty(
        "5.3.1-14",
        "The application is asked again whenever a credential is new, and only then",
        "a leaf's credential is asked about where the leaf enters the group, and whole trees on joining",
    ),
    Duty(
        "5.3.2-1",
        "Who has an expired credential can still replace it, and is still heard",
        "the old leaf of a sender is never asked about again, only the new one",
    ),
    Duty(
        "5.3.3-1",
        "An application_id is not taken for something the authentication service said, nor for unique",
        "nothing in this package reads it",
    ),
)
