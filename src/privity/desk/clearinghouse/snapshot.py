# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a referral was made from, frozen when it was drafted: nobody is asked again when it is sent.

An account that is renamed, banned or deleted in the meantime changes nothing of what was found.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from privity.desk.clearinghouse.errors import NothingToRefer
from privity.desk.intake.findings import Outcome
from privity.wire.staff import AccountFacts

MAX_FILES: Final = 100
"""Files in one referral."""
MAX_MESSAGES: Final = 500
"""Messages in one referral."""


class Recipient(StrEnum):
    """How the document names who received the messages. The reporter is named only where staff said so."""

    UNNAMED = "unnamed"
    VICTIM = "victim"
    INTENDED_RECIPIENT = "intended_recipient"


class Disclosed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reported message with what was found about it."""

    report: int
    position: int
    room_uri: str
    ts_ms: int
    text: str
    outcome: Outcome
    level: int
    message_id: str | None
    tag: str
    """Hex of the franking tag, the hub's frank and its signature: what proves the message, for who asks."""
    frank: str
    signature: str
    content_sha256: str
    """Of the exact bytes that were franked."""
    reporter_participated: bool | None

    def __repr__(self) -> str:
        return f"<Disclosed message {self.position} of report {self.report}>"


class SeenProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """That the service itself saw a profile, and where it stood then."""

    case: int
    """The one that the copy was kept with."""
    position: int
    evidence: int
    seen_ms: int
    listed: bool
    hidden: bool

    @property
    def public(self) -> bool:
        """Whether whoever searched the service could find it."""
        return self.listed and not self.hidden


class ProfileCopy(SeenProfile, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the account showed when the hub was asked for a case, as it was kept then."""

    handle: str
    name: str
    bio: str
    sha256: str
    """Of the record that was kept."""
    picture_sha256: str | None

    def __repr__(self) -> str:
        return f"<ProfileCopy {self.position} of case {self.case}>"


class FileFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a reported message, as it opened, or the picture of a profile, as it was kept."""

    report: int | None
    """None where no reported message brought it."""
    position: int
    part: int
    evidence: int
    name: str
    content_type: str
    size: int
    md5: str
    sha1: str
    sha256: str
    sent_ms: int
    level: int
    classification: str | None = None
    of_profile: list[SeenProfile] = []
    """Copies of the profile that show these very bytes; `evidence` holds the picture."""

    def __repr__(self) -> str:
        return f"<FileFacts {self.size} bytes>"


class Snapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One case in a referral."""

    case: int
    taken_ms: int
    incident: str
    annotations: list[str]
    urgent: str | None
    account: AccountFacts | None
    """None where the hub, asked then, had no such account; `user_uri` names it."""
    account_asked_ms: int
    recipient: Recipient
    reporter_uris: list[str]
    """Of the reports; in no document unless `recipient` says so."""
    messages: list[Disclosed]
    files: list[int]
    """Numbers of the items of the referral that came with this case."""
    omitted: int | None
    note: str
    """What the reporter wrote, where staff chose to pass it on."""
    words: str
    """What staff add."""
    level: int
    evidence: dict[str, str]
    """SHA-256 of each evidence record that this was made from, by its number."""
    viral: bool = False
    profiles: list[ProfileCopy] = []
    source: str = ""
    """From where the first report of the case came; `own` where none goes along."""
    user_uri: str = ""
    """Whom it is about, where the hub had no such account."""
    closed: bool = False
    """Whether the hub said that its person had closed the account, and not merely that there is none."""

    def __repr__(self) -> str:
        return f"<Snapshot of case {self.case}>"

    @property
    def about(self) -> str:
        """The address of the account."""
        return self.user_uri if self.account is None else self.account.profile.user_uri

    def encode(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Snapshot:
        return msgspec.json.decode(data, type=cls)


def level_of(messages: list[Disclosed]) -> int:
    """What the referral as a whole rests on: its weakest message, and without any it is a tip.

    Copies of a profile are no part of it: no key proves them, and each document says so beside them.
    """
    return min((message.level for message in messages), default=0)


def check_size(messages: int, files: int) -> None:
    """Raise NothingToRefer where one referral cannot hold so much."""
    if messages > MAX_MESSAGES or files > MAX_FILES:
        raise NothingToRefer(
            f"one referral holds {MAX_MESSAGES} messages and {MAX_FILES} files, this would have {messages} and {files}"
        )
