# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity.toml`: the desk's section, typed, checked before anything is opened."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from privity.desk.errors import ConfigInvalid, PlaintextRefused
from privity.desk.limits import MAX_POLL_S, MIN_POLL_S


class DeskSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk]` as it stands in the file. Paths are relative to the file's folder."""

    hub_url: str
    """Where the hub listens; https, or http on this machine."""
    data: str = "desk"
    intake_key: str = "desk/keys/intake.key"
    """HPKE private key that reports are sealed to."""
    staff_key: str = "desk/keys/staff.key"
    """Ed25519 private key that signs each request to the hub."""
    evidence_key: str = "desk/keys/evidence.key"
    """AES key that wraps the key of each evidence record. Keep a copy where no copy of desk.db is."""
    poll_interval_s: float = 2.0


class ConfigFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. What stands under `[hub]` is the hub's business."""

    desk: DeskSection
    hub: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class DeskConfig:
    """The checked configuration."""

    hub_url: str
    """Without a slash at the end."""
    data: Path
    intake_key: Path
    staff_key: Path
    evidence_key: Path
    poll_interval_s: float

    @property
    def database(self) -> Path:
        return self.data / "desk.db"


def load(path: Path) -> DeskConfig:
    """Read and check the file. Raises ConfigInvalid or PlaintextRefused."""
    try:
        parsed = msgspec.toml.decode(path.read_bytes(), type=ConfigFile)
    except OSError as err:
        raise ConfigInvalid(f"cannot read {path.name}: {err.strerror}; `privity init` writes one") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise ConfigInvalid(f"{path.name}: {err}") from None
    return check(parsed.desk, path.parent)


def check(section: DeskSection, folder: Path) -> DeskConfig:
    """The section as the desk uses it. Raises ConfigInvalid or PlaintextRefused."""
    if not MIN_POLL_S <= section.poll_interval_s <= MAX_POLL_S:
        raise ConfigInvalid(
            f"poll_interval_s must be {MIN_POLL_S:g} to {MAX_POLL_S:g} seconds, got {section.poll_interval_s:g}"
        )
    for name in ("data", "intake_key", "staff_key", "evidence_key"):
        if not getattr(section, name):
            raise ConfigInvalid(f"{name} must name a path, it is empty")
    return DeskConfig(
        hub_url=_checked_url(section.hub_url),
        data=folder / section.data,
        intake_key=folder / section.intake_key,
        staff_key=folder / section.staff_key,
        evidence_key=folder / section.evidence_key,
        poll_interval_s=section.poll_interval_s,
    )


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigInvalid(f"hub_url must be a URL such as http://127.0.0.1:8440, got {url!r}") from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise ConfigInvalid(f"hub_url must be a URL such as http://127.0.0.1:8440, got {url!r}")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise ConfigInvalid(f"hub_url must be scheme, host and port alone, got {url!r}")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise PlaintextRefused(f"hub_url = {url!r} is plain http to another machine: use https")
    return url.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
