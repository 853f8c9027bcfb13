# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which content, a frank, an attachment or a report can be refused.

MessageError
+-- UsageError            our own caller asked for something illegal
+-- CborError             the bytes are not deterministic CBOR
+-- ContentError          the CBOR is not a mimiContent, or breaks a limit
+-- FrankError            a check of the franking note, section 5, failed
+-- AttachmentError       an attachment is not what the message says
+-- ReportError           a report cannot be opened or decoded
|   +-- RoomReportError   a report to those who look after a room is refused
+-- SealError             something cannot be sealed to a key, or opened with it
+-- AuthorshipError       evidence of authorship (level 2) does not hold
+-- TypingError           a typing notice is not one of this room, epoch and member
"""

from __future__ import annotations


class MessageError(Exception):
    """Root of this package's errors."""


class UsageError(MessageError):
    """Our own caller asked for something that the format does not allow. A bug on this side."""


# Deterministic CBOR (RFC 8949, section 4.2.1)


class CborError(MessageError):
    """The bytes are not one deterministic CBOR item."""


class NotCbor(CborError):
    """The bytes are not CBOR at all, or end too early."""


class TooLong(CborError):
    """There are more bytes than this kind of object may have."""


class TrailingBytes(CborError):
    """Bytes are left after the item."""


class NotDeterministic(CborError):
    """A longer-than-needed head, an indefinite length, or map keys that are out of order or doubled."""


class TooDeep(CborError):
    """Arrays and maps are nested deeper than allowed."""


class ForbiddenType(CborError):
    """A tag, float, undefined or unnamed simple value stands where only plain data may."""


class IntegerOutOfRange(CborError):
    """An integer is beyond 2^53-1 in size."""


# Content (MIMI content, -08)


class ContentError(MessageError):
    """The CBOR is not a mimiContent."""


class WrongShape(ContentError):
    """An element has another type or count than the format says."""


class BadSalt(ContentError):
    """The salt is not 16 bytes."""


class BadMessageId(ContentError):
    """A message id is not 0x01 and 31 bytes."""


class BadExpiry(ContentError):
    """An expiry is not [bool, u32], or a relative one is longer than a year."""


class BadExtension(ContentError):
    """An extension has a key, a value or a depth that is not allowed."""


class BadPart(ContentError):
    """A part is of an unknown kind, or one of its fields is out of range."""


class TooManyParts(ContentError):
    """More parts, or deeper nested ones, than allowed."""


class BadReceipt(ContentError):
    """A delivery report is not a list of message ids and statuses."""


# Franking


class FrankError(MessageError):
    """A message must not be shown: what proves it does not hold."""


class MissingTag(FrankError):
    """The authenticated data carry no franking tag."""


class BadTagLength(FrankError):
    """A franking tag is not 32 bytes."""


class BadAad(FrankError):
    """The authenticated data are not a SafeAAD in canonical order."""


class WrongSender(FrankError):
    """The content names another sender than the one who is proven."""


class WrongRoom(FrankError):
    """The content names another room than the one it came in."""


class TagMismatch(FrankError):
    """The tag was made over other bytes."""


class MissingFrank(FrankError):
    """The hub sent no frank."""


class WrongFrankSuite(FrankError):
    """The frank's cipher suite is not the group's."""


class BadFrankLength(FrankError):
    """The server frank is not 32 bytes."""


class BadFrankSignature(FrankError):
    """The hub's signature on the frank does not verify."""


class FrankMismatch(FrankError):
    """The frank is not the one that this key makes for this tag, sender, room and time."""


# Attachments


class AttachmentError(MessageError):
    """An attachment must not be shown."""


class UnknownAlgorithm(AttachmentError):
    """The part names a cipher or hash that is not ours."""


class CiphertextMismatch(AttachmentError):
    """The ciphertext does not have the hash or the size that the message names."""


class DecryptionFailed(AttachmentError):
    """The ciphertext does not open under the message's key."""


class PlaintextMismatch(AttachmentError):
    """The plaintext is not the one the message names (the sender used one ciphertext under two keys)."""


class MissingPlaintextHash(AttachmentError):
    """The message does not say which plaintext belongs to this part."""


# Reports


class ReportError(MessageError):
    """A report cannot be read."""


class BadReport(ReportError):
    """The opened bytes are not a report, nor anything else that is sealed to a desk."""


class BadSealedReport(ReportError):
    """The sealed bytes are too short or of an unknown version."""


class WrongIntakeKey(ReportError):
    """The report is sealed to another intake key."""


class ReportDoesNotOpen(ReportError):
    """The ciphertext does not open: altered on the way, or not sealed to this key."""


class RoomReportError(ReportError):
    """A report to those who look after a room is refused; nothing of it is shown. Its words name nobody."""


class BadRoomReport(RoomReportError):
    """The bytes are not a report to those who look after a room, or it contradicts itself."""


class RoomReportDoesNotOpen(RoomReportError):
    """It was sealed to another key than those that this device still has, or altered on the way."""


class RoomReportNotSigned(RoomReportError):
    """The device that is said to have made it did not sign it."""


# Sealing to a key (RFC 9180)


class SealError(MessageError):
    """Something cannot be sealed to a key, or opened with it."""


class UnusableKey(SealError):
    """The bytes are no X25519 key that anything can be sealed to or opened with."""


class DoesNotOpen(SealError):
    """The ciphertext does not open under this key for this purpose."""


class BadPadding(SealError):
    """What was opened is not padded as it would have been when it was sealed."""


# Authorship (franking note, section 6, V10)


class AuthorshipError(MessageError):
    """The evidence of authorship does not hold."""


class BadEvidence(AuthorshipError):
    """A part of the evidence does not decode, or its parts contradict each other."""


class LeafNotBound(AuthorshipError):
    """The leaf's key is not one of the sender's devices."""


class BadAuthorSignature(AuthorshipError):
    """The leaf's key did not sign this message."""


# Typing notices (spec/typing.md)


class TypingError(MessageError):
    """A typing notice must not be shown."""


class BadTypingLength(TypingError):
    """A typing notice has another length than all of them have."""


class TypingDoesNotOpen(TypingError):
    """Nobody who is in this epoch of this room sealed it."""


class BadTypingSignature(TypingError):
    """Another member than the one it names made it."""
