# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The page that is read first in a participant's disclosure: messages in order, and in words what comes with each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from privity.production import pages
from privity.production.disclosed import Attachment, Conversation, Message, MessageKind, Role, Selection, Status
from privity.production.model import Facts
from privity.production.records import time_text

_KINDS: Final = {
    MessageKind.MESSAGE: "",
    MessageKind.EDIT: "a later version of a message",
    MessageKind.DELETE: "deletes a message",
    MessageKind.REACTION: "a reaction to a message",
    MessageKind.OTHER: "something that is shown in another way than as a message",
}
_FILES: Final = {
    Status.HERE: "",
    Status.NOT_HERE: "not in this package",
    Status.REFUSED: "only as it was sent, encrypted: it does not open to what the message names",
    Status.LINK_ONLY: "only a link, of which nothing is proven",
}
_STATES: Final = {
    "shown": "",
    "edited": "It was edited: all versions that the device has are here.",
    "deleted": "It was deleted in the conversation before it was handed over.",
    "expired": "It had disappeared in the conversation before it was handed over.",
}
_ROLES: Final = {
    Role.MEMBER: "somebody who took part in the conversation",
    Role.ARCHIVE: "an account that the conversation had declared as keeping a copy of it",
}


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    path: str | None
    words: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A message as it stands on the page."""

    n: int
    who: str
    uri: str
    time: str
    kind: str
    text: str
    files: tuple[_File, ...]
    proof: str
    state: str
    reactions: tuple[str, ...]
    gap: str


def index(facts: Facts, conversation: Conversation, files: Mapping[str, bytes]) -> bytes:
    """`files` are those it lists, by their names in `data/`."""
    selection = conversation.selection
    assert selection is not None  # only an operator's production has none, and it has another page
    gaps = {each.after: each.unselected for each in selection.gaps}
    listed = [(name, hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items())]
    title, means = pages.TITLES[facts.kind]
    rows = [_row(each, selection, gaps) for each in conversation.messages]
    return pages.render(
        "disclosure.html",
        facts=facts,
        title=title,
        means=means,
        selection=selection,
        role=_ROLES[selection.role],
        rows=rows,
        attested=sum(each.attestation is not None for each in conversation.messages),
        left_out=selection.left_out,
        log=conversation.log,
        files=listed,
    )


def _row(message: Message, selection: Selection, gaps: Mapping[int, int | None]) -> _Row:
    shown = next((each for each in selection.shown if each.n == message.n), None)
    reactions = () if shown is None else tuple(f"{each.handle or each.user}: {each.text}" for each in shown.reactions)
    state = "" if shown is None else _STATES.get(shown.state, shown.state)
    if shown is not None and shown.deleted_by is not None:
        state += f" Who deleted it: {shown.deleted_by.user}, as {shown.deleted_by.role}."
    return _Row(
        message.n,
        message.handle or message.sender,
        message.sender,
        _time(message),
        _KINDS[message.kind],
        message.text or f"[{message.content_type or 'no text'}]",
        tuple(_file(each) for each in message.attachments),
        _proof(message),
        state,
        reactions,
        _gap(message.n, gaps),
    )


def _time(message: Message) -> str:
    if message.server_time_ms is None:
        return "no time is known"
    at = time_text(message.server_time_ms)
    if message.attestation is not None:
        return f"{at}, and the server has attested to it"
    return f"{at}, as the server said; nothing proves that time"


def _proof(message: Message) -> str:
    if message.authorship is not None:
        return "Comes with the signature of a device of the sender."
    if message.frank is not None:
        return "Said by the person who hands this over, whose device signed the package; with the server's mark."
    return "Said by the person who hands this over, whose device signed the package."


def _file(attachment: Attachment) -> _File:
    path = attachment.plaintext or attachment.ciphertext
    name = f"{attachment.name or 'a file without a name'} ({attachment.content_type})"
    return _File(name, path, _FILES[attachment.status])


def _gap(n: int, gaps: Mapping[int, int | None]) -> str:
    if n not in gaps or gaps[n] == 0:
        return ""
    count = gaps[n]
    if count is None:
        return "Messages may stand between these two; how many is not known."
    return (
        "One message between these two is not here."
        if count == 1
        else f"{count} messages between these two are not here."
    )
