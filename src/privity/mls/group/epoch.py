# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""One epoch as a member holds it: the public state, the secrets, our private keys, and the message keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import ReInit
from privity.mls.schedule import key_schedule
from privity.mls.schedule.exporting import ExporterTree
from privity.mls.schedule.key_schedule import EpochSecrets, NewEpoch
from privity.mls.schedule.secret_tree import SecretTree
from privity.mls.secrecy import holds_secrets
from privity.mls.state import PublicState
from privity.mls.suites import CipherSuite
from privity.mls.validation.own_support import check_own_support


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class Epoch:
    """Nothing here changes but the two trees of secrets, which forget each key as it is used."""

    public: PublicState
    context: bytes
    confirmation_tag: bytes
    own_leaf: int
    secrets: EpochSecrets
    keys: Mapping[int, bytes]
    messages: SecretTree
    exports: ExporterTree
    reinit: ReInit | None = None

    def __repr__(self) -> str:
        return f"<Epoch {self.number}>"

    @property
    def closed(self) -> bool:
        """Whether a ReInit ended the group with this epoch."""
        return self.reinit is not None

    @property
    def suite(self) -> CipherSuite:
        return self.public.suite

    @property
    def number(self) -> int:
        return self.public.context.epoch

    @property
    def group_id(self) -> bytes:
        return self.public.context.group_id


def begin(
    public: PublicState,
    context: bytes,
    confirmation_tag: bytes,
    own_leaf: int,
    new: NewEpoch,
    keys: Mapping[int, bytes],
    reinit: ReInit | None = None,
) -> Epoch:
    """A fresh epoch out of the key schedule.

    Raises BadConfirmationTag if the tag is not the one of this epoch, and what `check_own_support` does.
    """
    suite = public.suite
    check_own_support(public.context.extensions, public.tree.leaf(own_leaf).capabilities)
    key_schedule.check_confirmation_tag(
        suite, new.secrets.confirmation_key, public.context.confirmed_transcript_hash, confirmation_tag
    )
    messages = SecretTree.create(suite, public.tree.leaf_count, new.encryption_secret)
    exports = ExporterTree.create(suite, new.application_export_secret)
    return Epoch(public, context, confirmation_tag, own_leaf, new.secrets, keys, messages, exports, reinit)


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class PastEpoch:
    """What is left of an epoch to read messages that arrive late.

    `leaves` are only those that the next commit changed; the others are found in a later epoch.
    """

    number: int
    context: bytes
    sender_data_secret: bytes
    resumption_psk: bytes
    own_leaf: int
    leaves: Mapping[int, LeafNode | None]
    messages: SecretTree

    def __repr__(self) -> str:
        return f"<PastEpoch {self.number}>"
