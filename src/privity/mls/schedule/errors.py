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


class PathSecretMismatch(ProtocolError):
    """A path secret leads to other keys than the tree shows."""
