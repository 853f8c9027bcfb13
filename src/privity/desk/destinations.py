# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`[desk.office]`, `[desk.clearinghouse]`, `[desk.agency]` and `[desk.eu_statements]`: who reports, and where to.

Without a section nothing is sent there: referrals are drafted, approved and wait.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from privity.desk.errors import ConfigInvalid, KeysInvalid, PlaintextRefused
from privity.wire.hub_url import BadHubUrl, PlaintextUrl, check_hub_url

MAX_CALLS_PER_S: Final = 200.0
"""No destination takes more from one credential."""
MAX_SECRET: Final = 1024
DIGEST_CHARS: Final = 64


class OfficeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.office]`."""

    platform: str = ""
    """The service as its users know it."""
    contact_name: str = ""
    contact_email: str = ""
    company_template: str = ""
    legal_url: str = ""


class ClearinghouseSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.clearinghouse]`: the CyberTipline."""

    url: str
    """With its path, such as https://exttest.cybertip.org/ispws."""
    user: str
    password_file: str
    schema: str | None = None
    """The clearinghouse's own schema file; documents are checked against it before anybody can approve them."""
    schema_sha256: str | None = None
    calls_per_s: float = 5.0


class AgencySection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.agency]`: a bridge to a national agency."""

    url: str
    token_file: str
    organisation: str
    calls_per_s: float = 5.0


class StatementsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.eu_statements]`."""

    url: str
    token_file: str
    calls_per_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Office:
    """Who reports. What is empty is missing in documents, and their floor says so."""

    platform: str = ""
    contact_name: str = ""
    contact_email: str = ""
    company_template: str = ""
    legal_url: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """A destination that is configured. The secret stays in its file until the desk begins to send."""

    url: str
    secret: Path
    user: str
    """Empty where the secret is a bearer token."""
    calls_per_s: float


@dataclass(frozen=True, slots=True)
class Destinations:
    office: Office
    organisation: str
    schema: Path | None
    schema_sha256: bytes | None
    clearinghouse: Reached | None
    agency: Reached | None
    eu_statements: Reached | None


def check_destinations(
    office: OfficeSection,
    clearinghouse: ClearinghouseSection | None,
    agency: AgencySection | None,
    statements: StatementsSection | None,
    folder: Path,
) -> Destinations:
    """Raises ConfigInvalid or PlaintextRefused."""
    schema = None if clearinghouse is None or clearinghouse.schema is None else folder / clearinghouse.schema
    pinned = None if clearinghouse is None else clearinghouse.schema_sha256
    return Destinations(
        Office(*msgspec.structs.astuple(office)),
        "" if agency is None else agency.organisation,
        schema,
        None if pinned is None else _digest(pinned),
        None
        if clearinghouse is None
        else _reached("clearinghouse", clearinghouse.url, clearinghouse.password_file, clearinghouse, folder),
        None if agency is None else _reached("agency", agency.url, agency.token_file, agency, folder),
        None
        if statements is None
        else _reached("eu_statements", statements.url, statements.token_file, statements, folder),
    )


def read_secret(path: Path) -> str:
    """The one line of a password or token file. Raises KeysInvalid when others may read it, or it is none."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(MAX_SECRET + 1)
    except OSError as err:
        raise KeysInvalid(f"cannot read {path.name}: {err.strerror}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeysInvalid(f"{path.name} is open to other users (mode {stat.S_IMODE(mode):04o}); run chmod 600 on it")
    secret = data.strip()
    if not 0 < len(secret) <= MAX_SECRET or not secret.isascii() or len(secret.split()) != 1:
        raise KeysInvalid(f"{path.name} must hold one word of 1 to {MAX_SECRET} ASCII characters")
    return secret.decode()


def _reached(
    name: str,
    url: str,
    secret: str,
    section: ClearinghouseSection | AgencySection | StatementsSection,
    folder: Path,
) -> Reached:
    if not 0 < section.calls_per_s <= MAX_CALLS_PER_S:
        raise ConfigInvalid(
            f"{name}.calls_per_s must be above 0 and at most {MAX_CALLS_PER_S:g}, got {section.calls_per_s:g}"
        )
    user = section.user if isinstance(section, ClearinghouseSection) else ""
    if ":" in user or (isinstance(section, ClearinghouseSection) and not user):
        raise ConfigInvalid(f"{name}.user must be a name without a colon")
    return Reached(_checked_url(name, url), folder / secret, user, section.calls_per_s)


def _checked_url(name: str, url: str) -> str:
    """Scheme, host and port as for a hub; a path may follow."""
    try:
        parts = urlsplit(url)
        host = check_hub_url(f"{parts.scheme}://{parts.netloc}")
    except PlaintextUrl as err:
        raise PlaintextRefused(f"{name}.url {err}") from None
    except (BadHubUrl, ValueError):
        raise ConfigInvalid(f"{name}.url must be an address such as https://reports.example.org/api") from None
    if parts.query or parts.fragment:
        raise ConfigInvalid(f"{name}.url must end with its path")
    return host + parts.path.rstrip("/")


def _digest(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(text) != DIGEST_CHARS or not found:
        raise ConfigInvalid("clearinghouse.schema_sha256 must be 64 hex digits")
    return found
