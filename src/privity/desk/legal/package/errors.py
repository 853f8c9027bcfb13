# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why a package is not made.

LegalError
+-- PackageError
    +-- BadName           a file would have a name that the verifier refuses
    +-- BadRow            a row does not fit the columns of its table
    +-- ReleasesMore      it would release a class that the verdict does not
    +-- Unanswered        what was asked for and what is answered are different classes
    +-- BadMoment         something would have happened before what it follows from
    +-- NotApproved       the manifest is not approved by two people with a passkey each
    +-- NotLogged         the log's entry is not the release of this manifest
    +-- WrongSigners      the statement is not signed by those who sign a package of this kind
    +-- BadTimeStamp      the authority's answer is no time-stamp of these bytes
    +-- BadPlace          the folder to write to is there already, or cannot be written
    +-- DoesNotVerify     the verifier in the package refuses the package
"""

from __future__ import annotations

from privity.desk.legal.errors import LegalError


class PackageError(LegalError):
    """Root of the reasons why a package is not made."""


class BadName(PackageError):
    """A file of a package has a plain name and a place of its own."""


class BadRow(PackageError):
    """A row has one value of the right kind for each column."""


class ReleasesMore(PackageError):
    """Nothing is released that the verdict does not release."""


class Unanswered(PackageError):
    """Every class that was asked for is released, denied, preserved or not held, and no other class is."""


class BadMoment(PackageError):
    """Data are collected, then approved, then stamped."""


class NotApproved(PackageError):
    """Two people approve the exact manifest, each with a passkey of their own."""


class NotLogged(PackageError):
    """The release of this manifest stands in the log."""


class WrongSigners(PackageError):
    """Each kind of package has its signers: no fewer, no others, none twice."""


class BadTimeStamp(PackageError):
    """The answer of a time-stamping authority does not hold."""


class BadPlace(PackageError):
    """A package is written into a folder that was not there before."""


class DoesNotVerify(PackageError):
    """The verifier that lies in the package refuses it."""
