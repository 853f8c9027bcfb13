# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the desk refuses agencies, and its own people where they enrol them.

What a passkey or a one-time code does not prove is refused as it is for staff: see `staff.errors`.

LegalError
+-- AgenciesError
    +-- AgencyUnknown       no agency has this number
    +-- AgencyInvalid       a name, country, kind, domain, number or source that no agency can have
    +-- NotInForce          nothing may be filed
    |   +-- AgencyNotActive   the agency is being enrolled, has lapsed or was revoked
    |   +-- OfficerNotActive  the officer was not confirmed, has lapsed or was ended
    |   +-- SupervisorGone    nobody answers for the officer
    +-- StepRefused         it is not this step's turn, or what was seen has changed
    +-- NotFromRegister     a domain or a number that is not the one in the register
    +-- CheckRefused        a code that was not asked for, is wrong or too old
    +-- TakesAnother        who had a part in a round confirms nothing of it
    +-- TakesStaff          a command enrols nobody
    +-- PersonUnknown       nobody of an agency has this number
    +-- PersonInvalid       a name that nobody can have, or somebody who is where they are already
    +-- NotTheirPart        an officer does not confirm, a supervisor does not file
    +-- ProofRefused        what was signed is not this, too old, or counted already
    +-- RecipientRefused    no age key of X25519, or one that somebody had before
    +-- LooksForged         it matches what impostors used, and nobody has said why it is one of them no less
    +-- IndicatorInvalid    a line that is no salted hash
    +-- NothingToRevoke     no agency is meant by this
"""

from __future__ import annotations

from privity.desk.legal.errors import LegalError


class AgenciesError(LegalError):
    """Root of the refusals about agencies."""


class AgencyUnknown(AgenciesError):
    """No agency has this number."""


class AgencyInvalid(AgenciesError):
    """Something about an agency that cannot be so."""


class NotInForce(AgenciesError):
    """Nothing may be filed, and no request of theirs moves on."""


class AgencyNotActive(NotInForce):
    """The agency is being enrolled, has lapsed or was revoked."""


class OfficerNotActive(NotInForce):
    """The officer was not confirmed yet, has lapsed or was ended."""


class SupervisorGone(NotInForce):
    """The supervisor who answers for the officer is not here."""


class StepRefused(AgenciesError):
    """The steps of a round follow each other, and are confirmed as they were seen."""


class NotFromRegister(AgenciesError):
    """Domain and number come from the register and from nowhere else."""


class CheckRefused(AgenciesError):
    """What the agency was to say back did not come back."""


class TakesAnother(AgenciesError):
    """Another member of staff confirms."""


class TakesStaff(AgenciesError):
    """Enrolling is what members of staff answer for; no command does it."""


class PersonUnknown(AgenciesError):
    """Nobody of an agency has this number."""


class PersonInvalid(AgenciesError):
    """Somebody of an agency who cannot be so, or is not where this begins."""


class NotTheirPart(AgenciesError):
    """Officers file, supervisors answer for officers, and neither does the other's part."""


class ProofRefused(AgenciesError):
    """A passkey signed something else, too long ago, or what counted already."""


class RecipientRefused(AgenciesError):
    """To this key nothing is encrypted."""


class LooksForged(AgenciesError):
    """It matches an indicator of fraud."""


class IndicatorInvalid(AgenciesError):
    """A line that is no indicator of fraud."""


class NothingToRevoke(AgenciesError):
    """No agency that is not revoked already is meant by this."""
