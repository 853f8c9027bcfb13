# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Members with their secrets, and messages of theirs taken apart, changed in one place, and sealed again as a member
of the group could: signed anew, with a right membership tag, so that only the change itself can be what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from privity.mls.messages.codepoints import PRIVATE_MESSAGE, PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit, UpdatePath
from privity.mls.messages.envelope import MLSMessage, PrivateMessage, PublicMessage
from privity.mls.messages.framing import AuthenticatedContent, Body, FramedContent, Sender
from privity.mls.schedule import protect
from privity.mls.schedule.secret_tree import Step
from tests.mls.checks.showing import breaks
from tests.mls.group.builders import Member, room, snapshot

TAG = b"\x0c" * 32


class Conversation:
    """Two or three members who have all committed once."""

    def __init__(self, *names: str) -> None:
        self.members = room(*(names or ("ana", "ben")), update=True)
        self.ana, self.ben = self.members[:2]

    def signed(
        self, who: Member, body: Body, wire_format: int = PUBLIC_MESSAGE, **changes: Any
    ) -> AuthenticatedContent:
        """Content of this member; `changes` are fields of FramedContent. A commit's confirmation tag is invented."""
        group = who.group
        args: dict[str, Any] = {
            "group_id": group.group_id,
            "epoch": group.epoch,
            "sender": Sender.member(group.own_leaf),
            "authenticated_data": b"",
        }
        content = FramedContent(body=body, **{**args, **changes})
        key = who.identity.signature_private
        auth = AuthenticatedContent.signed(group.suite, key, content, group.context_bytes, wire_format)
        return auth.with_confirmation_tag(TAG) if isinstance(body, Commit) else auth


def authenticated(message: bytes) -> AuthenticatedContent:
    """The content of an encoded PublicMessage."""
    return public(message).authenticated


def public(message: bytes) -> PublicMessage:
    body = MLSMessage.decode(message).body
    assert isinstance(body, PublicMessage)
    return body


def private(message: bytes) -> PrivateMessage:
    body = MLSMessage.decode(message).body
    assert isinstance(body, PrivateMessage)
    return body


def tagged(who: Member, auth: AuthenticatedContent) -> bytes:
    """An encoded PublicMessage with the membership tag that any member can make."""
    epoch = who.group._state.epoch
    tag = protect.membership_tag(epoch.suite, epoch.secrets.membership_key, auth, epoch.context)
    return MLSMessage(PublicMessage.of(auth, tag)).encode()


def sealed(who: Member, auth: AuthenticatedContent, step: Step) -> bytes:
    """An encoded PrivateMessage under this key, which any member can derive."""
    assert auth.wire_format == PRIVATE_MESSAGE
    epoch = who.group._state.epoch
    message = protect.seal_private(epoch.suite, epoch.secrets.sender_data_secret, step, auth, random=who.random)
    return MLSMessage(message).encode()


def with_path(talk: Conversation, who: Member, message: bytes, **changes: Any) -> bytes:
    """A commit with parts of its path changed; its confirmation tag stays."""
    auth = authenticated(message)
    body = auth.content.body
    assert isinstance(body, Commit)
    assert isinstance(body.path, UpdatePath)
    changed = Commit(body.proposals, replace(body.path, **changes))
    return tagged(who, talk.signed(who, changed).with_confirmation_tag(auth.confirmation_tag or b""))


def refuses(number: str, member: Member, valid: bytes, broken: bytes) -> None:
    """The member could follow the valid message, refuses the broken one, and stays as it was."""
    before = snapshot(member)
    breaks(number, member.process, valid, broken)
    assert snapshot(member) == before


def flipped(data: bytes, at: int = -1) -> bytes:
    """The same bytes with one bit turned."""
    out = bytearray(data)
    out[at] ^= 1
    return bytes(out)
