# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Transcript hashes (RFC 9420, section 8.2): each epoch is tied to every commit before it."""

from __future__ import annotations

from privity.mls import codec
from privity.mls.crypto import hash
from privity.mls.errors import UsageError
from privity.mls.messages.framing import AuthenticatedContent
from privity.mls.suites import CipherSuite


def confirmed_transcript_hash(suite: CipherSuite, interim_before: bytes, commit: AuthenticatedContent) -> bytes:
    """The hash over all commits including this one, without its confirmation tag."""
    if commit.content.content_type != 3:
        raise UsageError("only commits enter the transcript")
    signed = codec.u16(commit.wire_format) + commit.content.encode() + codec.vec(commit.signature)
    return hash(suite, interim_before + signed)


def interim_transcript_hash(suite: CipherSuite, confirmed: bytes, confirmation_tag: bytes) -> bytes:
    """The hash that the next commit builds on."""
    return hash(suite, confirmed + codec.vec(confirmation_tag))
