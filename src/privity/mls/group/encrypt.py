# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Encrypting an application message (RFC 9420 section 6.3)."""

from __future__ import annotations

from privity.mls.crypto import Random
from privity.mls.errors import CodecError, UsageError
from privity.mls.group.errors import UncommittedProposals
from privity.mls.group.state import GroupState
from privity.mls.messages.app_data import SafeAAD
from privity.mls.messages.codepoints import PRIVATE_MESSAGE
from privity.mls.messages.envelope import MLSMessage
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.schedule.protect import seal_private
from privity.mls.schedule.secret_tree import Kind


def encrypt(state: GroupState, plaintext: bytes, *, aad: bytes, padding_to: int, random: Random) -> bytes:
    """One message for the current epoch. Write what `drain` gives before the bytes leave the device."""
    state.check_open()
    if state.queue:
        raise UncommittedProposals(f"{len(state.queue)} proposals of this epoch wait for a commit, which comes first")
    if state.safe_aad:
        try:
            SafeAAD.decode(aad)
        except CodecError as error:
            raise UsageError("in this group authenticated data must be an encoded SafeAAD") from error
    epoch = state.epoch
    step = epoch.messages.next_to_send(epoch.own_leaf, Kind.APPLICATION)
    content = FramedContent(epoch.group_id, epoch.number, Sender.member(epoch.own_leaf), aad, plaintext)
    auth = AuthenticatedContent.signed(epoch.suite, state.signer, content, epoch.context, PRIVATE_MESSAGE)
    secret = epoch.secrets.sender_data_secret
    sealed = seal_private(epoch.suite, secret, step, auth, padding_to=padding_to, random=random)
    state.take(epoch, step)
    return MLSMessage(sealed).encode()
