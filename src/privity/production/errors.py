# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why a package is not made.

ProductionError
+-- BadName           a file would have a name that the verifier refuses
+-- BadRow            a row does not fit the columns of its table
+-- ReleasesMore      it would release a class that the verdict does not
+-- Unanswered        what was asked for and what is answered are different classes
+-- BadMoment         something would have happened before what it follows from
+-- WrongSigners      the statement is not signed by those who sign a package of this kind
+-- BadTimeStamp      the authority's answer is no time-stamp of these bytes
+-- BadArchive        bytes that are no archive of a package
+-- BadRecipient      nothing can be encrypted to this key
+-- BadPlace          the folder to write to is there already, or cannot be written
+-- DoesNotVerify     the verifier in the package refuses the package
"""

from __future__ import annotations


class ProductionError(Exception):
    """Root of the reasons why a package is not made."""


class BadName(ProductionError):
    """A file of a package has a plain name and a place of its own."""


class BadRow(ProductionError):
    """A row has one value of the right kind for each column."""


class ReleasesMore(ProductionError):
    """Nothing is released that the verdict does not release."""


class Unanswered(ProductionError):
    """Every class that was asked for is released, denied, preserved or not held, and no other class is."""


class BadMoment(ProductionError):
    """Data are collected, then approved, then stamped."""


class WrongSigners(ProductionError):
    """Each kind of package has its signers: no fewer, no others, none twice."""


class BadTimeStamp(ProductionError):
    """The answer of a time-stamping authority does not hold."""


class BadArchive(ProductionError):
    """An archive of a package holds plain files and nothing else."""


class BadRecipient(ProductionError):
    """A package is encrypted to a key of age, written in its one way."""


class BadPlace(ProductionError):
    """A package is written into a folder that was not there before."""


class DoesNotVerify(ProductionError):
    """The verifier that lies in the package refuses it."""
