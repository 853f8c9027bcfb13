# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""By what this house judges: its rulebook and its profile, read when the desk begins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from privity.desk.legal.requests.errors import OfficeMissing
from privity.desk.legal.rulebook import loading, profile, strict_yaml
from privity.desk.legal.rulebook.errors import FileUnreadable
from privity.desk.legal.rulebook.model import Rulebook
from privity.desk.legal.rulebook.profile import Profile
from privity.desk.legal_office import LegalOffice


@dataclass(frozen=True, slots=True)
class Rules:
    """The rulebook, by its hash, and whom it is applied to."""

    rulebook: Rulebook
    profile: Profile


def rules_of(office: LegalOffice | None) -> Rules:
    """Read what the configuration names. Raises OfficeMissing, FileUnreadable, or what keeps a file from being read."""
    if office is None:
        raise OfficeMissing("there is no [desk.legal] in the configuration: this house answers no legal requests")
    read = profile.read(strict_yaml.load(file_bytes(office.profile)))
    return Rules(loading.shipped() if office.rulebook is None else loading.load(file_bytes(office.rulebook)), read)


def file_bytes(file: Path) -> bytes:
    """What is in a file, up to a byte more than is read of it. Raises FileUnreadable."""
    try:
        with file.open("rb") as opened:
            return opened.read(strict_yaml.MAX_BYTES + 1)
    except OSError as err:
        raise FileUnreadable(f"{file.name}: {err.strerror}") from None
