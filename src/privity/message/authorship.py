# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Level 2 evidence: the sender's own device signed this message (franking note, V10; RFC 9420, section 6.1)."""

from __future__ import annotations

import hmac
from typing import Protocol

from privity.message.content import MimiContent
from privity.message.errors import BadAuthorSignature, BadEvidence, FrankError
from privity.message.franking import make_tag
from privity.message.report import Authorship, ReportedMessage
from privity.message.safe_aad import tag_of
from privity.mls import suites
from privity.mls.crypto import verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature, ProtocolError
from privity.mls.messages.codepoints import PRIVATE_MESSAGE
from privity.mls.messages.credential import Credential
from privity.mls.messages.framing import LABEL, FramedContent, Sender, content_tbs
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.suites import CipherSuite


class LeafBinding(Protocol):
    """Ties a leaf's key to a user by a device list that the verifier has reason to trust."""

    def __call__(self, sender_uri: str, credential: Credential, signature_key: bytes, device_list: bytes) -> None:
        """Raise LeafNotBound unless the key is that of a device of this user."""


def verify_authorship(message: ReportedMessage, sender_uri: str, room_uri: str, binding: LeafBinding) -> None:
    """V10. Raises BadEvidence, LeafNotBound or BadAuthorSignature. The content itself was decoded before."""
    proof = message.authorship
    if proof is None:
        raise BadEvidence("the report carries no evidence of authorship")
    context, leaf, suite = _decode(proof)
    if context.epoch != proof.epoch:
        raise BadEvidence(f"the group context is of epoch {context.epoch}, the evidence says {proof.epoch}")
    if context.group_id != room_uri.encode():
        raise BadEvidence("the group context belongs to another room")
    if context.cipher_suite != message.frank.suite_id:
        raise BadEvidence(f"the group has suite {context.cipher_suite}, the frank {message.frank.suite_id}")
    try:
        tag = tag_of(proof.aad)
    except FrankError as err:
        raise BadEvidence(f"the authenticated data: {err}") from None
    if not hmac.compare_digest(tag, make_tag(message.data, MimiContent.decode(message.data).salt)):
        raise BadEvidence("the signed tag belongs to another message")
    try:
        leaf.verify(suite, context.group_id, proof.leaf_index)
        binding(sender_uri, leaf.credential, leaf.signature_key, proof.device_list)
        content = FramedContent(context.group_id, proof.epoch, Sender.member(proof.leaf_index), proof.aad, message.data)
        tbs = content_tbs(PRIVATE_MESSAGE, content, proof.group_context)
        verify_with_label(suite, leaf.signature_key, LABEL, tbs, proof.signature)
    except (BadSignature, BadPublicKey) as err:
        raise BadAuthorSignature(str(err)) from None


def _decode(proof: Authorship) -> tuple[GroupContext, LeafNode, CipherSuite]:
    try:
        context = GroupContext.decode(proof.group_context)
        leaf = LeafNode.decode(proof.leaf_node)
        return context, leaf, suites.suite(context.cipher_suite)
    except ProtocolError as err:
        raise BadEvidence(f"group context or leaf node: {err}") from None
