# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Refusals that only somebody with the group's secrets can utter (RFC 9420 sections 7 to 9)."""

from __future__ import annotations

from privity.mls.errors import GenerationTooOld, ProtocolError, UsageError


class ReplayedMessage(GenerationTooOld):
    """The key of this message was used already: we have read the message before."""


class NotInSecretTree(ProtocolError):
    """The sender's leaf has no message keys in this epoch."""


class RatchetExhausted(UsageError):
    """Our own leaf has used all generations of an epoch."""


class MessageTooLong(UsageError):
    """What we would send is longer than a receiver's decoder takes."""


class ExportTooLong(UsageError):
    """More bytes were asked of the exporter than one expansion gives."""


class ExportConsumed(UsageError):
    """A component asked twice in one epoch for the secret that it gets once."""


class PathSecretMismatch(ProtocolError):
    """A path secret leads to other keys than the tree shows."""


class MissingPathSecret(ProtocolError):
    """A Welcome leaves out a key that its tree says we hold: what is sealed to that node we could not open."""
