# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""From one epoch to the next (RFC 9420 section 8): what an epoch's secret becomes, and how the next one begins."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, fields, replace
from typing import Final

from privity.mls.codec import Reader, vec
from privity.mls.crypto import Random
from privity.mls.errors import BadConfirmationTag
from privity.mls.schedule import hpke
from privity.mls.schedule.kdf import derive_secret, expand_with_label, expand_with_labels, extract
from privity.mls.secrecy import holds_secrets
from privity.mls.suites import CipherSuite


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class EpochSecrets:
    """The secrets that live as long as an epoch. `encryption_secret` is apart: the secret tree eats it at once."""

    sender_data_secret: bytes
    exporter_secret: bytes
    external_secret: bytes
    confirmation_key: bytes
    membership_key: bytes
    resumption_psk: bytes
    epoch_authenticator: bytes
    init_secret: bytes

    def __repr__(self) -> str:
        return "<EpochSecrets>"

    def for_late_messages(self) -> EpochSecrets:
        """What opens messages of the epoch, and nothing else: for who was removed (section 12.4.2)."""
        gone = {each.name: b"" for each in fields(self) if each.name != "sender_data_secret"}
        return replace(self, **gone)

    def encode(self) -> bytes:
        """For the device's own store only; never on a wire."""
        return b"".join(
            vec(secret)
            for secret in (
                self.sender_data_secret,
                self.exporter_secret,
                self.external_secret,
                self.confirmation_key,
                self.membership_key,
                self.resumption_psk,
                self.epoch_authenticator,
                self.init_secret,
            )
        )

    @classmethod
    def read(cls, r: Reader) -> EpochSecrets:
        return cls(r.vec(), r.vec(), r.vec(), r.vec(), r.vec(), r.vec(), r.vec(), r.vec())


_OF_AN_EPOCH: Final = (
    b"encryption",
    b"application_export",
    b"sender data",
    b"exporter",
    b"external",
    b"confirm",
    b"membership",
    b"resumption",
    b"authentication",
    b"init",
)
"""The labels of what comes out of an epoch secret: first those that are used up, then EpochSecrets in its order."""


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class NewEpoch:
    """All that the key schedule gives at the start of an epoch."""

    joiner_secret: bytes
    welcome_secret: bytes
    encryption_secret: bytes
    secrets: EpochSecrets
    application_export_secret: bytes = b""
    epoch_secret: bytes = b""

    def __repr__(self) -> str:
        return "<NewEpoch>"


def no_psk(suite: CipherSuite) -> bytes:
    """The psk_secret of an epoch without pre-shared keys."""
    return bytes(suite.nh)


def joiner_secret(suite: CipherSuite, init_secret: bytes, commit_secret: bytes, context: bytes) -> bytes:
    """What a Welcome hands to a newcomer. `context` is the encoded GroupContext of the new epoch."""
    return expand_with_label(suite, extract(suite, init_secret, commit_secret), b"joiner", context, suite.nh)


def welcome_secret(suite: CipherSuite, joiner: bytes, psk_secret: bytes) -> bytes:
    """The secret that seals the GroupInfo of a Welcome; known before the context is."""
    return derive_secret(suite, extract(suite, joiner, psk_secret), b"welcome")


def welcome_key(suite: CipherSuite, secret: bytes) -> tuple[bytes, bytes]:
    """(key, nonce) of the sealed GroupInfo (section 12.4.3.1)."""
    return (
        expand_with_label(suite, secret, b"key", b"", suite.nk),
        expand_with_label(suite, secret, b"nonce", b"", suite.nn),
    )


def new_epoch(suite: CipherSuite, joiner: bytes, psk_secret: bytes, context: bytes) -> NewEpoch:
    """The epoch that begins with this joiner secret."""
    member_secret = extract(suite, joiner, psk_secret)
    epoch_secret = expand_with_label(suite, member_secret, b"epoch", context, suite.nh)
    welcome = derive_secret(suite, member_secret, b"welcome")
    return replace(from_epoch_secret(suite, epoch_secret), joiner_secret=joiner, welcome_secret=welcome)


def first_epoch(suite: CipherSuite, epoch_secret: bytes) -> NewEpoch:
    """The epoch of a group that its creator just made from a random secret (section 11)."""
    return from_epoch_secret(suite, epoch_secret)


def external_public_key(suite: CipherSuite, external_secret: bytes) -> bytes:
    """The key that a GroupInfo offers to those who join by an external commit (section 8.3)."""
    return hpke.derive_key_pair(suite, external_secret)[1]


def external_init_for_sender(suite: CipherSuite, external_public: bytes, random: Random) -> tuple[bytes, bytes]:
    """(kem_output, init_secret) for an external commit."""
    kem_output, exporter = hpke.setup_sender(suite, external_public, b"", random)
    return kem_output, _external_init(suite, exporter)


def external_init_for_receiver(suite: CipherSuite, external_secret: bytes, kem_output: bytes) -> bytes:
    """The init_secret that an external commit's kem_output stands for."""
    private, _ = hpke.derive_key_pair(suite, external_secret)
    return _external_init(suite, hpke.setup_receiver(suite, private, kem_output, b""))


def _external_init(suite: CipherSuite, exporter: hpke.Exporter) -> bytes:
    return exporter.export(b"MLS 1.0 external init secret", suite.nh)


def confirmation_tag(suite: CipherSuite, confirmation_key: bytes, confirmed_transcript_hash: bytes) -> bytes:
    """The proof that a committer reached the same epoch (section 8.1 and 6.1)."""
    return hmac.digest(confirmation_key, confirmed_transcript_hash, suite.hash_name)


def check_confirmation_tag(
    suite: CipherSuite, confirmation_key: bytes, confirmed_transcript_hash: bytes, tag: bytes
) -> None:
    """Raise BadConfirmationTag unless `tag` is the tag of this epoch."""
    if not hmac.compare_digest(confirmation_tag(suite, confirmation_key, confirmed_transcript_hash), tag):
        raise BadConfirmationTag("the confirmation tag is not the one of the epoch that we computed")


def from_epoch_secret(suite: CipherSuite, epoch_secret: bytes) -> NewEpoch:
    """An epoch without what leads to it: nobody can be welcomed to it by this."""
    derived = expand_with_labels(suite, epoch_secret, b"", [(label, suite.nh) for label in _OF_AN_EPOCH])
    return NewEpoch(b"", b"", derived[0], EpochSecrets(*derived[2:]), derived[1], epoch_secret)
