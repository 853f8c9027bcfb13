# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Proposals by somebody who is not in the group (RFC 9420, section 12.1.8): a listed external sender, or a newcomer.

Whoever makes one needs the group's context of the current epoch, from its GroupInfo, and no secret of the group.
"""

from __future__ import annotations

from privity.mls.crypto import SigningKey
from privity.mls.errors import UnknownSender, UsageError
from privity.mls.messages.app_data import check_own_aad
from privity.mls.messages.codepoints import EXTERNAL_ALLOWED
from privity.mls.messages.envelope import MLSMessage, PublicMessage
from privity.mls.messages.extensions import external_senders
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.proposals import Add, Proposal
from privity.mls.suites import CipherSuite


def propose_from_outside(
    suite: CipherSuite, context: GroupContext, proposal: Proposal, key: SigningKey, *, aad: bytes = b""
) -> bytes:
    """A proposal by the external sender whom the group lists with this key, as an encoded MLSMessage.

    Raises UnknownSender when the group lists nobody with it, UsageError for a proposal that only members may make.
    """
    if proposal.type not in EXTERNAL_ALLOWED:
        raise UsageError(f"an external sender cannot propose {type(proposal).__name__}")
    public_key = key.public_key()
    for index, listed in enumerate(external_senders(context.extensions)):
        if listed.signature_key == public_key:
            return _signed(suite, context, Sender.external(index), proposal, key, aad)
    raise UnknownSender("the group lists no external sender with this key")


def propose_to_join(
    suite: CipherSuite, context: GroupContext, key_package: KeyPackage, key: SigningKey, *, aad: bytes = b""
) -> bytes:
    """A newcomer's proposal to be added by its own KeyPackage, as an encoded MLSMessage."""
    if key_package.leaf_node.signature_key != key.public_key():
        raise UsageError("a newcomer signs its proposal with the key of its own KeyPackage")
    return _signed(suite, context, Sender.new_member_proposal(), Add(key_package), key, aad)


def _signed(
    suite: CipherSuite, context: GroupContext, sender: Sender, proposal: Proposal, key: SigningKey, aad: bytes
) -> bytes:
    check_own_aad(context.extensions, aad)
    content = FramedContent(context.group_id, context.epoch, sender, aad, proposal)
    auth = AuthenticatedContent.signed(suite, key, content, None)
    return MLSMessage(PublicMessage.of(auth, None)).encode()
