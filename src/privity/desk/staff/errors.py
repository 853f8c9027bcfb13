# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the desk refuses its own people.

DeskError
+-- StaffError
    +-- NotYourRole            the act belongs to another role
    +-- NotSignedIn            no session, or one that has ended
    +-- CodeRefused            a one-time code that is unknown, used or too old
    +-- TooManyTries           too many wrong codes in a short time
    +-- PasskeyRefused         what a browser answered is no proof of a passkey of this desk
    |   +-- ChallengeRefused   it answers what was not asked, not here, not for this, or too long ago
    |   +-- PasskeyUnknown     nobody here has this passkey
    |   +-- PasskeyCopied      its counter went back: there are two of it
    +-- MemberUnknown          nobody has this number
    +-- MemberNotActive        they have not come yet, or were ended
    +-- MemberInvalid          a name or roles that nobody can have
    +-- NotOneself             somebody else must do this
    +-- TakesTwo               a second admin has to agree first
    +-- AskerLeft              who asked is not on the staff any more, or may not ask any more
    +-- NoSecondAdmin          no other admin is here who could agree
    +-- ProposalUnknown        nothing of this number waits for a second admin
    +-- LastAdmin              without them nobody could manage the staff
    +-- LastPasskey            without it they could not sign in
    +-- VouchRefused           they have vouched already, or no admin is among the two
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class StaffError(DeskError):
    """Root of what the desk refuses its people."""


class NotYourRole(StaffError):
    """The act belongs to another role."""


class NotSignedIn(StaffError):
    """No session, or one that has ended."""


class CodeRefused(StaffError):
    """A one-time code that is unknown, used or too old; which of these it is nobody learns."""


class TooManyTries(StaffError):
    """Wrong codes came faster than people type."""


class PasskeyRefused(StaffError):
    """The answer of a browser proves no passkey of this desk."""


class ChallengeRefused(PasskeyRefused):
    """The question that was answered is used, too old, or was asked for something or somebody else."""


class PasskeyUnknown(PasskeyRefused):
    """Nobody at this desk has this passkey."""


class PasskeyCopied(PasskeyRefused):
    """The counter of a passkey went back, so that somebody has a copy of it."""


class MemberUnknown(StaffError):
    """Nobody has this number."""


class MemberNotActive(StaffError):
    """They have not made their first passkey, or were ended."""


class MemberInvalid(StaffError):
    """A name, a label or a set of roles that nobody can have."""


class NotOneself(StaffError):
    """Nobody changes, ends or vouches for themselves."""


class TakesTwo(StaffError):
    """One admin alone lets nobody in and gives nobody what counts."""


class AskerLeft(StaffError):
    """Who asked has left, or has another role: nobody stands for it beside the second person."""


class NoSecondAdmin(StaffError):
    """No other admin is here who could agree; the desk's machine is the second person then."""


class ProposalUnknown(StaffError):
    """Nothing of this number waits: it was agreed to, withdrawn, is too old, or who asked is no admin any more."""


class LastAdmin(StaffError):
    """The last admin can neither be ended nor become something else."""


class LastPasskey(StaffError):
    """Somebody's only passkey cannot be removed."""


class VouchRefused(StaffError):
    """One person vouches once, and one of the two is an admin."""
