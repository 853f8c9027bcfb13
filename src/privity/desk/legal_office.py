# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`[desk.legal]`: who the house is before the law, and by which rulebook it answers. Without it nothing is answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from privity.desk.errors import ConfigInvalid

MAX_CONTACT: Final = 200
_LANGUAGE: Final = re.compile(r"[a-z]{2}")


class ReleasingSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.legal.releasing]`: by which keys packages leave. Without it requests are looked at, and nothing leaves."""

    operator: str
    """The house's legal name, as it stands on letters."""
    published: str
    """The address at which `privity legal published-keys` is published, https."""
    tsa_url: str
    """A time-stamping authority (RFC 3161)."""
    tsa_roots: str
    """Its root certificates, as PEM."""
    service_key: str = "desk/keys/legal-service.key"
    """Ed25519 private key of the releasing service."""
    legal_team_key: str = "desk/keys/legal-team.key"
    """Another one, in the hands of the legal team."""
    letter_key: str = "desk/keys/letter.pem"
    """The private key that seals letters, as PEM, ECDSA or RSA."""
    letter_certificate: str = "desk/keys/letter.crt"
    """Its certificate and those above it, as PEM; where the law asks for a qualified seal, a qualified one."""
    third_approver: bool = True
    """Whether a third person approves what weighs more. A house of two people sets it to false."""


class LegalSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.legal]` as it stands in the file. Paths are relative to the file's folder."""

    profile: str
    """The operator's profile, as YAML: what binds the house, and what it holds."""
    contact: str
    """Where authorities write to, as it is published."""
    rulebook: str | None = None
    """The operator's reviewed rulebook, as YAML; without it the draft that is shipped, by which nothing leaves."""
    languages: list[str] = msgspec.field(default_factory=lambda: ["en"])
    """In which languages requests are taken."""
    vault_officers: list[str] = []
    """The age keys of two people who are both needed to read what is kept apart; without them the desk alone can."""
    releasing: ReleasingSection | None = None


@dataclass(frozen=True, slots=True)
class ReleasingOffice:
    """The section, checked."""

    operator: str
    published: str
    tsa_url: str
    tsa_roots: Path
    service_key: Path
    legal_team_key: Path
    letter_key: Path
    letter_certificate: Path
    third_approver: bool


@dataclass(frozen=True, slots=True)
class LegalOffice:
    """The section, checked."""

    profile: Path
    contact: str
    rulebook: Path | None
    languages: tuple[str, ...]
    vault_officers: tuple[str, ...]
    """Two age keys, or none."""
    releasing: ReleasingOffice | None
    """None where nothing leaves."""


def check_legal(section: LegalSection | None, folder: Path) -> LegalOffice | None:
    """The section as the desk uses it; None where the house answers no legal requests. Raises ConfigInvalid."""
    if section is None:
        return None
    if not section.profile or section.rulebook == "":
        raise ConfigInvalid("legal.profile and legal.rulebook must name a file, one of them is empty")
    if not 0 < len(section.contact.strip()) <= len(section.contact) <= MAX_CONTACT:
        raise ConfigInvalid(f"legal.contact must have 1 to {MAX_CONTACT} characters, it has {len(section.contact)}")
    if not section.languages or not all(map(_LANGUAGE.fullmatch, section.languages)):
        raise ConfigInvalid("legal.languages must name languages such as en and de")
    if (len(section.vault_officers), len(set(section.vault_officers))) not in ((0, 0), (2, 2)):
        raise ConfigInvalid(f"legal.vault_officers must be two different age keys, got {len(section.vault_officers)}")
    return LegalOffice(
        profile=folder / section.profile,
        contact=section.contact,
        rulebook=None if section.rulebook is None else folder / section.rulebook,
        languages=tuple(dict.fromkeys(section.languages)),
        vault_officers=tuple(section.vault_officers),
        releasing=None if section.releasing is None else _releasing(section.releasing, folder),
    )


def _releasing(section: ReleasingSection, folder: Path) -> ReleasingOffice:
    if not 0 < len(section.operator.strip()) <= len(section.operator) <= MAX_CONTACT:
        raise ConfigInvalid(f"legal.releasing.operator must have 1 to {MAX_CONTACT} characters")
    if not section.published.startswith("https://"):
        raise ConfigInvalid(f"legal.releasing.published must be an address with https, got {section.published!r}")
    if not section.tsa_url.startswith(("https://", "http://")):
        raise ConfigInvalid(f"legal.releasing.tsa_url must be an address, got {section.tsa_url!r}")
    files = {
        name: folder / getattr(section, name)
        for name in ("tsa_roots", "service_key", "legal_team_key", "letter_key", "letter_certificate")
    }
    if len(set(files.values())) != len(files) or not all(getattr(section, name) for name in files):
        raise ConfigInvalid(f"legal.releasing: {', '.join(files)} must name a file each, none of them twice")
    return ReleasingOffice(
        operator=section.operator,
        published=section.published,
        tsa_url=section.tsa_url,
        third_approver=section.third_approver,
        **files,
    )
