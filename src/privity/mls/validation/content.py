# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may send what, and whether they signed it (RFC 9420, sections 6, 6.1, 12.1.8 and 12.4.3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from privity.mls.crypto import verify_with_label
from privity.mls.errors import (
    MissingConfirmationTag,
    MissingPath,
    SenderNotAllowed,
    UnknownSender,
    WrongEpoch,
    WrongGroup,
    WrongWireFormat,
)
from privity.mls.messages.app_data import SAFE_AAD, AppDataDictionary, SafeAAD
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, EXTERNAL_ALLOWED, PRIVATE_MESSAGE, PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit
from privity.mls.messages.extensions import external_senders, find
from privity.mls.messages.framing import LABEL, AuthenticatedContent, FramedContent, SenderType
from privity.mls.messages.proposals import Add, SelfRemove
from privity.mls.state import PublicState


@dataclass(frozen=True, slots=True)
class VerifiedContent:
    """Content of this epoch whose signature is good and whose sender may send such content.

    Where membership or a confirmation tag matters, only members can check them, and this type does not say so.
    """

    auth: AuthenticatedContent

    @property
    def content(self) -> FramedContent:
        return self.auth.content


def verify_content(state: PublicState, auth: AuthenticatedContent, context: bytes | None = None) -> VerifiedContent:
    """Raise unless the content belongs here and is signed by an entitled sender.

    `context` is the encoded group context, for callers that keep it at hand.
    """
    content = auth.content
    if content.group_id != state.context.group_id:
        raise WrongGroup(f"a message for group {content.group_id.hex()}, expected {state.context.group_id.hex()}")
    if content.epoch != state.context.epoch:
        raise WrongEpoch(f"a message of epoch {content.epoch}, expected {state.context.epoch}")
    _check_wrapping(auth)
    if isinstance(content.body, Commit) and auth.confirmation_tag is None:
        raise MissingConfirmationTag("the commit has no confirmation tag")
    _check_authenticated_data(state, content)
    key = sender_key(state, content)
    tbs = auth.tbs(state.context if context is None else context)
    verify_with_label(state.suite, key, LABEL, tbs, auth.signature)
    return VerifiedContent(auth)


def _check_wrapping(auth: AuthenticatedContent) -> None:
    if auth.wire_format not in (PUBLIC_MESSAGE, PRIVATE_MESSAGE):
        raise WrongWireFormat(f"content came in wire format {auth.wire_format}, expected 1 or 2")
    if auth.wire_format == PUBLIC_MESSAGE and isinstance(auth.content.body, bytes):
        raise WrongWireFormat("application data came in a PublicMessage")
    if auth.wire_format == PRIVATE_MESSAGE and auth.content.sender.type != SenderType.MEMBER:
        raise WrongWireFormat("only members can send PrivateMessages")
    if auth.wire_format == PRIVATE_MESSAGE and isinstance(auth.content.body, SelfRemove):
        raise WrongWireFormat("a SelfRemove came in a PrivateMessage, which those who join by commit cannot open")


def _check_authenticated_data(state: PublicState, content: FramedContent) -> None:
    """In groups with the safe_aad component, authenticated data must be a SafeAAD."""
    dictionary = find(state.context.extensions, APP_DATA_DICTIONARY)
    if dictionary is not None and _uses_safe_aad(dictionary):
        SafeAAD.decode(content.authenticated_data)


@lru_cache(maxsize=64)
def _uses_safe_aad(dictionary: bytes) -> bool:
    return AppDataDictionary.decode(dictionary).get(SAFE_AAD) is not None


def sender_key(state: PublicState, content: FramedContent) -> bytes:
    """The signature key that must have signed the content, if its sender may send such content at all."""
    sender, body = content.sender, content.body
    if sender.type == SenderType.MEMBER:
        leaf = state.tree.get_leaf(sender.index or 0)
        if leaf is None:
            raise UnknownSender(f"the sender's leaf {sender.index} is blank or outside of the tree")
        return leaf.signature_key
    if sender.type == SenderType.NEW_MEMBER_COMMIT:
        if not isinstance(body, Commit):
            raise SenderNotAllowed("who joins by commit can send only that commit")
        if body.path is None:
            raise MissingPath("an external commit has no path")
        return body.path.leaf_node.signature_key
    if isinstance(body, bytes | Commit):
        raise SenderNotAllowed(f"a {sender.type.name} can send only proposals")
    if sender.type == SenderType.NEW_MEMBER_PROPOSAL:
        if not isinstance(body, Add):
            raise SenderNotAllowed(f"a newcomer can propose only to be added, not {type(body).__name__}")
        return body.key_package.leaf_node.signature_key
    senders = external_senders(state.context.extensions)
    if sender.index is None or sender.index >= len(senders):
        raise UnknownSender(f"external sender {sender.index}, the group lists {len(senders)}")
    if body.type not in EXTERNAL_ALLOWED:
        raise SenderNotAllowed(f"an external sender cannot send a {type(body).__name__} proposal")
    return senders[sender.index].signature_key
