# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity.toml`: the desk's section, typed, checked before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from privity.desk.errors import ConfigInvalid, PlaintextRefused
from privity.desk.limits import MAX_POLL_S, MIN_POLL_S
from privity.keylog.errors import BadVrfKey
from privity.keylog.verify import LogKeys
from privity.keylog.vrf import check_vrf_key
from privity.tlog.errors import TlogError
from privity.tlog.quorum import LogPolicy, Witness
from privity.tlog.verifier_key import VerifierKey
from privity.wire.hub_url import BadHubUrl, PlaintextUrl, check_hub_url


class WitnessSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[desk.witness]]`."""

    key: str
    """Verifier key, as `privity witness init` printed it."""
    audits: bool = True


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
    audit_key: str = "desk/keys/audit.key"
    """Ed25519 private key that signs the checkpoints of the audit log."""
    poll_interval_s: float = 2.0
    log_key: str | None = None
    """Verifier key of the hub's key log, as `privity init` printed it; without it nobody's authorship can be proven."""
    vrf_key: str | None = None
    """Hex of the log's VRF key."""
    witness: list[WitnessSection] = []
    """Who watches the log, by this desk's own choice."""
    quorum: int = 0
    """How many of them must agree."""


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
    audit_key: Path
    poll_interval_s: float
    log: LogKeys | None

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
    for name in ("data", "intake_key", "staff_key", "evidence_key", "audit_key"):
        if not getattr(section, name):
            raise ConfigInvalid(f"{name} must name a path, it is empty")
    return DeskConfig(
        hub_url=_checked_url(section.hub_url),
        data=folder / section.data,
        intake_key=folder / section.intake_key,
        staff_key=folder / section.staff_key,
        evidence_key=folder / section.evidence_key,
        audit_key=folder / section.audit_key,
        poll_interval_s=section.poll_interval_s,
        log=_log(section),
    )


def _log(section: DeskSection) -> LogKeys | None:
    if section.log_key is None and section.vrf_key is None:
        if section.witness or section.quorum:
            raise ConfigInvalid("witness and quorum are about a key log; log_key and vrf_key are missing")
        return None
    if section.log_key is None or section.vrf_key is None:
        raise ConfigInvalid("log_key and vrf_key go together; one of them is missing")
    try:
        vrf = bytes.fromhex(section.vrf_key)
        check_vrf_key(vrf)
        witnesses = tuple(Witness(VerifierKey.decode(one.key), one.audits) for one in section.witness)
        return LogKeys(LogPolicy(VerifierKey.decode(section.log_key), witnesses, section.quorum), vrf)
    except ValueError:
        raise ConfigInvalid("vrf_key must be hex") from None
    except (TlogError, BadVrfKey) as err:
        raise ConfigInvalid(f"the key log: {err}") from None


def _checked_url(url: str) -> str:
    try:
        return check_hub_url(url)
    except PlaintextUrl as err:
        raise PlaintextRefused(f"hub_url {err}") from None
    except BadHubUrl as err:
        raise ConfigInvalid(f"hub_url {err}") from None
