# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity.toml`: the desk's section, typed, checked before anything is opened."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from privity.cosigners.at import WitnessAt, check_distinct, witness_at
from privity.cosigners.errors import BadWitness, PlainWitness
from privity.desk.counting_at import CountingAt, SignalsSection, check_signals
from privity.desk.destinations import (
    AgencySection,
    ClearinghouseSection,
    Destinations,
    OfficeSection,
    StatementsSection,
    check_destinations,
)
from privity.desk.errors import ConfigInvalid, PlaintextRefused
from privity.desk.legal_office import LegalOffice, LegalSection, check_legal
from privity.desk.limits import MAX_DEADLINE_HOURS, MAX_OLDER_KEYS, MAX_PAUSE_S, MAX_POLL_S, MAX_VIEWS, MIN_POLL_S
from privity.desk.list_limits import ListLimits, MatchingSection, check_matching
from privity.desk.periods import Periods, RetentionSection, check_periods
from privity.desk.stated import Stated, StatedSection, check_stated
from privity.keylog.errors import BadVrfKey
from privity.keylog.verify import LogKeys
from privity.keylog.vrf import check_vrf_key
from privity.message.report import Reason
from privity.tlog.errors import MalformedNote, TlogError
from privity.tlog.note import check_key_name
from privity.tlog.quorum import MAX_WITNESSES, LogPolicy, Witness
from privity.tlog.verifier_key import VerifierKey
from privity.wire.hub_url import BadHubUrl, PlaintextUrl, check_hub_url


class WitnessSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[desk.witness]]`."""

    key: str
    """Verifier key, as `privity witness init` printed it."""
    audits: bool = True


class AuditWitnessSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the `witnesses` in `[desk.audit]`."""

    key: str
    """Verifier key, as `privity witness init` printed it."""
    url: str
    """Where it answers; https, or http on this machine."""


class AuditSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.audit]`: who cosigns the checkpoints of the audit log."""

    witnesses: list[AuditWitnessSection] = []


class ExposureSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.exposure]`: how much of what hurts to see one member of staff sees."""

    views_a_day: int = 30
    in_a_row: int = 10
    pause_s: int = 300


class DeskSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk]` as it stands in the file. Paths are relative to the file's folder."""

    hub_url: str
    """Where the hub listens; https, or http on this machine."""
    data: str = "desk"
    intake_key: str = "desk/keys/intake.key"
    """HPKE private key that reports are sealed to."""
    older_intake_keys: list[str] = []
    """Files of keys that people sealed to before, where one was lost and found again: what comes to them opens, too."""
    staff_key: str = "desk/keys/staff.key"
    """Ed25519 private key that signs each request to the hub."""
    evidence_key: str = "desk/keys/evidence.key"
    """AES key that wraps the key of each evidence record. Keep a copy where no copy of desk.db is."""
    audit_key: str = "desk/keys/audit.key"
    """Ed25519 private key that signs the checkpoints of the audit log."""
    audit_name: str | None = None
    """What the audit log is called in its checkpoints; without it HOST/desk-audit, by the host of `log_key`."""
    poll_interval_s: float = 0.25
    """Pause before the hub is asked again where it had nothing; it holds its answer until something comes."""
    deadline_hours: dict[str, int] = {}
    """How long a case may wait, by what is reported (`child_safety = 12`), in place of the desk's own hours."""
    log_key: str | None = None
    """Verifier key of the hub's key log, as `privity init` printed it; without it nobody's authorship can be proven."""
    vrf_key: str | None = None
    """Hex of the log's VRF key."""
    witness: list[WitnessSection] = []
    """Who watches the log, by this desk's own choice."""
    quorum: int = 0
    """How many of them must agree."""
    audit: AuditSection = AuditSection()
    exposure: ExposureSection = ExposureSection()
    retention: RetentionSection = RetentionSection()
    office: OfficeSection = OfficeSection()
    clearinghouse: ClearinghouseSection | None = None
    agency: AgencySection | None = None
    eu_statements: StatementsSection | None = None
    transparency: StatedSection = StatedSection()
    legal: LegalSection | None = None
    matching: MatchingSection = MatchingSection()
    signals: SignalsSection = SignalsSection()
    listen: str | None = None
    """ADDRESS:PORT of the pages for staff, on this machine alone; a proxy on it ends TLS. Without it there are none."""
    console_url: str | None = None
    """How staff open those pages, https or http://localhost. Passkeys are made for its host: it should not change."""


class ConfigFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. What stands under `[hub]` is the hub's business."""

    desk: DeskSection
    hub: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """How many pictures of evidence one member of staff may see."""

    views_a_day: int = 30
    """Views from one midnight (UTC) to the next."""
    in_a_row: int = 10
    """Views without a pause between them."""
    pause_ms: int = 300_000
    """What counts as a pause."""


@dataclass(frozen=True, slots=True)
class DeskConfig:
    """The checked configuration."""

    hub_url: str
    """Without a slash at the end."""
    data: Path
    intake_key: Path
    older_intake_keys: tuple[Path, ...]
    staff_key: Path
    evidence_key: Path
    audit_key: Path
    audit_name: str
    poll_interval_s: float
    deadline_hours: Mapping[str, int]
    log: LogKeys | None
    audit_witnesses: tuple[WitnessAt, ...]
    exposure: Budget
    periods: Periods
    destinations: Destinations
    stated: Stated
    legal: LegalOffice | None
    """None where the house answers no legal requests."""
    matching: ListLimits
    signals: CountingAt
    listen: tuple[str, int] | None
    console_url: str
    """Without a slash at the end; empty where there are no pages."""

    @property
    def database(self) -> Path:
        return self.data / "desk.db"

    @property
    def audit_checkpoint(self) -> Path:
        """The newest checkpoint of the audit log, for others to take away."""
        return self.data / "audit.checkpoint"

    @property
    def audit_cosigned(self) -> Path:
        """The newest one that witnesses have cosigned."""
        return self.data / "audit.cosigned"


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
        older_intake_keys=_older(section.older_intake_keys, folder),
        staff_key=folder / section.staff_key,
        evidence_key=folder / section.evidence_key,
        audit_key=folder / section.audit_key,
        audit_name=_audit_name(section),
        poll_interval_s=section.poll_interval_s,
        deadline_hours=_deadline_hours(section),
        log=_log(section),
        audit_witnesses=_audit_witnesses(section.audit),
        exposure=_budget(section.exposure),
        periods=check_periods(section.retention),
        destinations=check_destinations(
            section.office, section.clearinghouse, section.agency, section.eu_statements, folder
        ),
        stated=check_stated(section.transparency),
        legal=check_legal(section.legal, folder),
        matching=check_matching(section.matching, folder),
        signals=check_signals(section.signals, folder),
        listen=_listen(section.listen),
        console_url=_console_url(section),
    )


def _budget(section: ExposureSection) -> Budget:
    for name, most in (("views_a_day", MAX_VIEWS), ("in_a_row", MAX_VIEWS), ("pause_s", MAX_PAUSE_S)):
        found = getattr(section, name)
        if not 1 <= found <= most:
            raise ConfigInvalid(f"exposure.{name} must be 1 to {most}, got {found}")
    return Budget(section.views_a_day, section.in_a_row, section.pause_s * 1000)


def _audit_witnesses(section: AuditSection) -> tuple[WitnessAt, ...]:
    try:
        witnesses = tuple(witness_at(one.key, one.url, audits=False) for one in section.witnesses)
        check_distinct(witnesses)
    except PlainWitness as err:
        raise PlaintextRefused(f"audit.witnesses: {err}") from None
    except BadWitness as err:
        raise ConfigInvalid(f"audit.witnesses: {err}") from None
    if len(witnesses) > MAX_WITNESSES:
        raise ConfigInvalid(f"audit.witnesses: at most {MAX_WITNESSES} fit into a note, got {len(witnesses)}")
    return witnesses


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


def _deadline_hours(section: DeskSection) -> Mapping[str, int]:
    known = {reason.name.lower() for reason in Reason}
    for name, hours in section.deadline_hours.items():
        if name not in known:
            raise ConfigInvalid(f"deadline_hours: {name} is no reason; expected one of {', '.join(sorted(known))}")
        if not 1 <= hours <= MAX_DEADLINE_HOURS:
            raise ConfigInvalid(f"deadline_hours: {name} must be 1 to {MAX_DEADLINE_HOURS} hours, got {hours}")
    return section.deadline_hours


def _older(names: list[str], folder: Path) -> tuple[Path, ...]:
    if len(names) > MAX_OLDER_KEYS or not all(names):
        raise ConfigInvalid(f"older_intake_keys names at most {MAX_OLDER_KEYS} files, and none of them is empty")
    return tuple(folder / name for name in names)


def audit_name_of(host: str) -> str:
    """What the audit log of a host's desk is called."""
    return f"{host}/desk-audit"


def _audit_name(section: DeskSection) -> str:
    host = "localhost" if section.log_key is None else section.log_key.partition("+")[0].removesuffix("/keylog")
    name = audit_name_of(host) if section.audit_name is None else section.audit_name
    try:
        check_key_name(name)
    except MalformedNote as err:
        raise ConfigInvalid(f"audit_name: {err}") from None
    return name


def _checked_url(url: str) -> str:
    try:
        return check_hub_url(url)
    except PlaintextUrl as err:
        raise PlaintextRefused(f"hub_url {err}") from None
    except BadHubUrl as err:
        raise ConfigInvalid(f"hub_url {err}") from None


def _listen(listen: str | None) -> tuple[str, int] | None:
    """Loopback only: whoever may read the line to the pages could read a session's cookie off it."""
    if listen is None:
        return None
    address, _, port = listen.rpartition(":")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 1 << 16):
        raise ConfigInvalid(f"listen must be ADDRESS:PORT such as 127.0.0.1:8441, got {listen!r}")
    try:
        host = ipaddress.ip_address(address.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise ConfigInvalid(f"listen must name an address such as 127.0.0.1, got {listen!r}") from None
    if not host.is_loopback:
        raise PlaintextRefused(
            f"listen must be an address of this machine alone, got {listen!r}; a proxy on it ends TLS"
        )
    return str(host), int(port)


def _console_url(section: DeskSection) -> str:
    if section.listen is None:
        return "" if section.console_url is None else _checked_origin(section.console_url)
    here = f"http://localhost:{section.listen.rpartition(':')[2]}"
    return _checked_origin(here if section.console_url is None else section.console_url)


def _checked_origin(url: str) -> str:
    """An origin that passkeys can be made for: browsers make none for an address, and none without TLS but for
    localhost."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigInvalid(f"console_url must be an address such as https://desk.example.org, got {url!r}") from None
    default = {"https": 443, "http": 80}.get(parts.scheme)
    plain = f"{parts.scheme}://{host}" + ("" if port in (None, default) else f":{port}")
    if (
        default is None
        or plain != url.rstrip("/")
        or not host.isascii()
        or host.replace(".", "").isdigit()
        or "[" in url
    ):
        raise ConfigInvalid(
            f"console_url must be https or http, a name and perhaps a port, in small letters, got {url!r}"
        )
    if parts.scheme == "http" and host != "localhost":
        raise PlaintextRefused(f"console_url is plain http to another machine, got {url!r}: use https")
    return plain
