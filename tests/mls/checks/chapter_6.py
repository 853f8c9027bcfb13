# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapter 6: framing, authentication of content, PublicMessage and PrivateMessage."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    BadConfirmationTag,
    BadEnum,
    BadMembershipTag,
    BadPadding,
    BadSignature,
    DecryptionFailed,
    MissingConfirmationTag,
    MissingMembershipTag,
    MissingPath,
    SenderNotAllowed,
    TrailingBytes,
    Truncated,
    UnknownSender,
    UnknownVersion,
    UsageError,
    WrongEpoch,
    WrongGroup,
    WrongWireFormat,
)
from privity.mls.group.errors import EpochForgotten, OwnMessage
from privity.mls.schedule.errors import MessageTooLong
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "6": "Messages",
    "6.1": "Whose content it is",
    "6.2": "PublicMessage",
    "6.3": "PrivateMessage",
    "6.3.1": "Encrypted content",
    "6.3.2": "Encrypted sender data",
}

CHECKS: Final = (
    Check("6-1", "A message is of MLS 1.0", "messages.codepoints", UnknownVersion),
    Check("6-2", "A message has a known wire format", "messages.envelope", BadEnum),
    Check("6-3", "Content is of a known type", "messages.framing", BadEnum),
    Check("6-4", "A sender is of a known type", "messages.framing", BadEnum),
    Check("6-5", "A PrivateMessage announces a known type of content", "messages.envelope", BadEnum),
    Check("6-6", "Stored content came in a PublicMessage or a PrivateMessage", "messages.framing", BadEnum),
    Check("6-7", "Application data is encrypted, never in the clear", "validation.content", WrongWireFormat),
    Check("6-8", "Only members send PrivateMessages", "validation.content", WrongWireFormat),
    Check("6-9", "What a member takes in is a message to its group", "group.process", WrongGroup),
    Check("6-10", "What a server takes in is a message to the group it follows", "validation.content", WrongGroup),
    Check("6-11", "What a member takes in is of this epoch, or of a past one it may read", "group.process", WrongEpoch),
    Check("6-12", "A handshake message is of this epoch", "group.process", WrongEpoch),
    Check("6-13", "What a server takes in is of this epoch", "validation.content", WrongEpoch),
    Check("6-14", "Welcome, GroupInfo and KeyPackage are no messages to a group", "group.process", WrongWireFormat),
    Check("6-15", "A message is of the kind that its reader expects", "messages.envelope", WrongWireFormat),
    Check("6-18", "Content that is looked at came in one of these two", "validation.content", WrongWireFormat),
    Check("6-17", "A message of a past epoch comes while its keys are still kept", "group.process", EpochForgotten),
    Check(
        "6.1-1", "A member's content is signed with the key of the leaf it names", "validation.content", BadSignature
    ),
    Check("6.1-2", "A member's content names a leaf that is not blank", "validation.content", UnknownSender),
    Check("6.1-3", "A member's content names a leaf inside the tree", "validation.content", UnknownSender),
    Check(
        "6.1-4",
        "An external sender's content is signed with the key at its place in the list",
        "validation.content",
        BadSignature,
    ),
    Check("6.1-5", "An external sender is in the group's list", "validation.content", UnknownSender),
    Check("6.1-6", "An external sender sends no commit", "validation.content", SenderNotAllowed),
    Check(
        "6.1-7", "An external sender sends no proposal that only members make", "validation.content", SenderNotAllowed
    ),
    Check(
        "6.1-8",
        "Who joins by commit signs with the key of the leaf in its path",
        "validation.content",
        BadSignature,
    ),
    Check("6.1-9", "Who joins by commit sends only that commit", "validation.content", SenderNotAllowed),
    Check("6.1-10", "Who joins by commit brings a path, and with it a key", "validation.content", MissingPath),
    Check(
        "6.1-11",
        "Who proposes itself signs with the key of the KeyPackage it proposes",
        "validation.content",
        BadSignature,
    ),
    Check("6.1-12", "Who proposes itself sends no commit", "validation.content", SenderNotAllowed),
    Check("6.1-13", "Who proposes itself proposes nothing else", "validation.content", SenderNotAllowed),
    Check("6.1-14", "A signature covers the authenticated data", "validation.content", BadSignature),
    Check("6.1-15", "A signature covers the body", "validation.content", BadSignature),
    Check("6.1-16", "A signature covers the sender", "validation.content", BadSignature),
    Check("6.1-17", "A signature covers the wire format", "validation.content", BadSignature),
    Check("6.1-18", "A member's signature covers the group context", "validation.content", BadSignature),
    Check("6.1-19", "A joiner's signature covers the group context", "validation.content", BadSignature),
    Check("6.1-20", "A commit in the clear has a confirmation tag", "messages.envelope", MissingConfirmationTag),
    Check("6.1-21", "A commit that is looked at has a confirmation tag", "validation.content", MissingConfirmationTag),
    Check("6.1-22", "Nothing but a commit has a confirmation tag", "messages.envelope", MissingConfirmationTag),
    Check(
        "6.1-23",
        "The confirmation tag is that of the epoch to which the commit leads",
        "schedule.key_schedule",
        BadConfirmationTag,
    ),
    Check(
        "6.1-24",
        "A late message of a past epoch is signed with the key that its sender had then",
        "group.process",
        BadSignature,
    ),
    Check("6.1-25", "We sign as a member only together with the group context", "messages.framing", UsageError),
    Check("6.2-1", "A member's PublicMessage has a membership tag", "messages.envelope", MissingMembershipTag),
    Check("6.2-2", "Nobody else's PublicMessage has one", "messages.envelope", MissingMembershipTag),
    Check("6.2-3", "The membership tag is made with the key of this epoch", "schedule.protect", BadMembershipTag),
    Check("6.2-4", "The membership tag covers the content", "schedule.protect", BadMembershipTag),
    Check("6.2-5", "The membership tag covers the signature", "schedule.protect", BadMembershipTag),
    Check("6.2-6", "The membership tag covers the confirmation tag", "schedule.protect", BadMembershipTag),
    Check("6.2-7", "The membership tag covers the group context", "schedule.protect", BadMembershipTag),
    Check("6.2-8", "A right membership tag excuses no wrong signature", "validation.content", BadSignature),
    Check(
        "6.2-9", "A right membership tag excuses no wrong confirmation tag", "schedule.key_schedule", BadConfirmationTag
    ),
    Check("6.2-10", "We send in the clear only what was signed for that", "messages.envelope", UsageError),
    Check("6.3-1", "Content that was changed does not open", "schedule.protect", DecryptionFailed),
    Check("6.3-2", "A message in our own name tells us nothing, and its key is gone", "group.process", OwnMessage),
    Check(
        "6.3.1-1", "The authenticated data is what was sealed with the content", "schedule.protect", DecryptionFailed
    ),
    Check("6.3.1-2", "The type of content is what was sealed with the content", "schedule.protect", DecryptionFailed),
    Check("6.3.1-3", "Padding is zeros", "schedule.protect", BadPadding),
    Check("6.3.1-4", "What was sealed is whole content", "codec", Truncated),
    Check("6.3.1-5", "What was sealed is signed by its sender", "validation.content", BadSignature),
    Check(
        "6.3.1-6",
        "An encrypted commit has the confirmation tag of the epoch to which it leads",
        "schedule.key_schedule",
        BadConfirmationTag,
    ),
    Check("6.3.1-7", "We send no more authenticated data than a receiver takes", "schedule.protect", MessageTooLong),
    Check("6.3.1-8", "We send no longer message than a receiver takes", "schedule.protect", MessageTooLong),
    Check("6.3.2-1", "We seal as a PrivateMessage only what a member signed", "schedule.protect", UsageError),
    Check("6.3.2-2", "We seal as a PrivateMessage only what was signed for one", "schedule.protect", UsageError),
    Check("6.3.2-3", "The sender data names a leaf that is not blank", "group.process", UnknownSender),
    Check("6.3.2-4", "The sender data names a leaf inside the tree", "group.process", UnknownSender),
    Check("6.3.2-5", "The sender data is sealed with the secret of its epoch", "schedule.protect", DecryptionFailed),
    Check("6.3.2-6", "The sender data belongs to this ciphertext", "schedule.protect", DecryptionFailed),
    Check("6.3.2-7", "The sender data is whole", "schedule.protect", Truncated),
    Check("6.3.2-8", "The sender data is nothing more", "schedule.protect", TrailingBytes),
    Check(
        "6.3.2-9",
        "The content opens under the reuse guard that the sender data names",
        "schedule.protect",
        DecryptionFailed,
    ),
    Check(
        "6.3.2-10",
        "The content opens under the key of the leaf that the sender data names",
        "schedule.protect",
        DecryptionFailed,
    ),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "6-16",
        "Handshake messages are encrypted where no server has to read them",
        "`private=True` on every verb that makes one; the messenger's hub checks each, so its rooms do not",
    ),
    Duty(
        "6.3.1-9",
        "Where we stand in our chain of keys is stored before anything sealed leaves",
        "`Group.drain` gives the records of each call; the next message after a restart takes the next generation",
    ),
    Duty(
        "6.3.1-10",
        "Four fresh random bytes are mixed into every nonce, and told in the sender data",
        "schedule.protect draws them for each message",
    ),
)
