# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why a rulebook, a legal request or a profile is not read.

LegalError
+-- RulebookError
    +-- YamlRefused       not the plain YAML that is read here: too large, or with aliases, tags, keys twice
    +-- SchemaRefused     a rulebook that the schema does not allow
    +-- RulesRefused      a rulebook whose parts do not fit together, or that could let go what it must not
    +-- FactUnknown       a fact that no rule may ask for
    +-- FactIllTyped      a fact that is not of its kind
    +-- ProfileRefused    not a profile of an operator
    +-- FileUnreadable    a file is not there, or cannot be read
    +-- DayInvalid        not a day such as 2026-01-31
"""

from __future__ import annotations

from privity.desk.legal.errors import LegalError


class RulebookError(LegalError):
    """Root of what keeps a verdict from being made at all."""


class YamlRefused(RulebookError):
    """Not the plain YAML that is read here."""


class SchemaRefused(RulebookError):
    """A rulebook that the schema does not allow."""


class RulesRefused(RulebookError):
    """A rulebook whose parts do not fit together, or that could let go what it must not."""


class FactUnknown(RulebookError):
    """A fact that no rule may ask for."""


class FactIllTyped(RulebookError):
    """A fact that is not of its kind."""


class ProfileRefused(RulebookError):
    """Not a profile of an operator."""


class FileUnreadable(RulebookError):
    """A file is not there, or cannot be read."""


class DayInvalid(RulebookError):
    """Not a day such as 2026-01-31."""
