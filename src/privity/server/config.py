# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity.toml`: the hub's section, typed, checked before anything is opened."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from privity.cosigners.at import WitnessAt, check_distinct, witness_at
from privity.cosigners.errors import BadWitness, PlainWitness
from privity.identity.errors import BadUri
from privity.identity.uris import check_host
from privity.message.report import Reason
from privity.mls.errors import PolicyRefused
from privity.policy.help_lines import MAX_LINES, check_help
from privity.policy.work import MAX_BITS
from privity.server.errors import ConfigInvalid, PlaintextRefused
from privity.server.limits import CHALLENGE_BITS
from privity.tlog.quorum import MAX_WITNESSES
from privity.wire.rest import HelpLine

EPOCH_MIN_MS: Final = (10, 1000, 60_000)
"""Least, usual and most: nobody waits longer for a change than the most, and a flood of changes makes few epochs."""


class WitnessSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[hub.witness]]`: one who watches the key log, as its operator gave it."""

    key: str
    """Its verifier key, one line NAME+KEYID+BASE64."""
    url: str
    audits: bool = False
    """Its key also says that the map behind the log only grows."""


class HelpSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[hub.help]]`: where people find help who report something, beside what every device knows by itself."""

    text: str
    reasons: list[str] = []
    """Names of reasons such as `self_harm`; for none of them: for all."""
    url: str = ""
    country: str = ""
    """Two capital letters, where it helps in one country."""


class HubSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[hub]` as it stands in the file. Paths are relative to the file's folder."""

    host: str
    """The name in every URI of this hub; it can never change."""
    listen: str = "127.0.0.1:8440"
    data: str = "hub"
    registration: Literal["open", "invite"] = "invite"
    report_window_days: int = 180
    store: str | None = None
    """postgresql://USER@HOST/DATABASE; without it the database is a file in the data folder."""
    bus: str | None = None
    """nats://HOST:PORT, or several with commas: what workers of one database tell each other goes over it."""
    production: bool = False
    tls_cert: str | None = None
    tls_key: str | None = None
    behind_proxy: bool = False
    """A reverse proxy on this machine ends TLS: believe the last X-Forwarded-For entry for limits."""
    metrics: str | None = None
    """ADDRESS:PORT of this machine for `GET /metrics`; without it there is none."""
    staff_public_key: str | None = None
    """Hex of the desk's Ed25519 key; without it every staff request is refused."""
    intake_public_key: str | None = None
    """Hex of the desk's HPKE key, to which devices seal reports."""
    observe: bool = True
    """Note for the desk's rules what accounts do, without content, where there is a staff_public_key."""
    challenge_bits: int = CHALLENGE_BITS
    """How hard the puzzles are that a challenged account's device solves: one more is twice the work."""
    epoch_min_ms: int = EPOCH_MIN_MS[1]
    """How long after one epoch of the key log the next one may be cut at the earliest."""
    quorum: int = 0
    """How many witnesses must have cosigned before an epoch is published; 0 publishes unaudited."""
    witness: list[WitnessSection] = []
    help: list[HelpSection] = []

    def __repr__(self) -> str:
        return f"<HubSection of {self.host}>"


class ConfigFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. What stands under `[desk]` is the desk's business."""

    hub: HubSection
    desk: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Tls:
    cert: Path
    key: Path


@dataclass(frozen=True, slots=True)
class HubConfig:
    """The checked configuration."""

    host: str
    listen_address: str
    listen_port: int
    data: Path
    registration: Literal["open", "invite"]
    report_window_days: int
    production: bool
    tls: Tls | None
    behind_proxy: bool
    metrics: tuple[str, int] | None
    staff_public_key: bytes | None
    intake_public_key: bytes | None
    epoch_min_ms: int
    quorum: int
    witnesses: tuple[WitnessAt, ...]
    help: tuple[HelpLine, ...]
    store: str | None = field(default=None, repr=False)
    """Where the database is, when it is PostgreSQL; a password may stand in it."""
    bus: str | None = field(default=None, repr=False)
    """Where workers speak with each other; a password may stand in it. With it, a process is one worker of several."""

    observe: bool = True
    challenge_bits: int = CHALLENGE_BITS

    @property
    def observes(self) -> bool:
        """Without a desk that asks, nothing is noted for it."""
        return self.observe and self.staff_public_key is not None

    @property
    def database(self) -> Path:
        return self.data / "hub.db"

    @property
    def keys(self) -> Path:
        return self.data / "keys"

    @property
    def blobs(self) -> Path:
        return self.data / "blobs"

    @property
    def log(self) -> Path:
        return self.data / "logs" / "hub.log"


def load(path: Path) -> HubConfig:
    """Read and check the file. Raises ConfigInvalid or PlaintextRefused."""
    try:
        parsed = msgspec.toml.decode(path.read_bytes(), type=ConfigFile)
    except OSError as err:
        raise ConfigInvalid(f"cannot read {path.name}: {err.strerror}; `privity init` writes one") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise ConfigInvalid(f"{path.name}: {err}") from None
    return check(parsed.hub, path.parent)


def check(section: HubSection, folder: Path) -> HubConfig:
    """The section as the hub uses it. Raises ConfigInvalid or PlaintextRefused."""
    try:
        check_host(section.host)
    except BadUri as err:
        raise ConfigInvalid(f"host: {err}") from None
    address, port = split_address("listen", section.listen)
    if not 1 <= section.report_window_days <= 3650:
        raise ConfigInvalid(f"report_window_days must be 1 to 3650, got {section.report_window_days}")
    if (section.tls_cert is None) != (section.tls_key is None):
        raise ConfigInvalid("tls_cert and tls_key go together; one of them is missing")
    tls = None
    if section.tls_cert is not None and section.tls_key is not None:
        tls = Tls(folder / section.tls_cert, folder / section.tls_key)
    if tls is None and not is_loopback(address):
        raise PlaintextRefused(
            f"listen = {section.listen!r} is not a loopback address and no tls_cert is set: "
            "set tls_cert and tls_key, or listen on 127.0.0.1 behind a proxy that ends TLS"
        )
    if section.behind_proxy and not is_loopback(address):
        raise ConfigInvalid(
            "behind_proxy = true believes X-Forwarded-For, so listen must be a loopback address that only the proxy"
            f" reaches, got {section.listen!r}"
        )
    if not EPOCH_MIN_MS[0] <= section.epoch_min_ms <= EPOCH_MIN_MS[2]:
        raise ConfigInvalid(f"epoch_min_ms must be {EPOCH_MIN_MS[0]} to {EPOCH_MIN_MS[2]}, got {section.epoch_min_ms}")
    if not 1 <= section.challenge_bits <= MAX_BITS:
        raise ConfigInvalid(
            f"challenge_bits must be 1 to {MAX_BITS}, beyond which devices refuse, got {section.challenge_bits}"
        )
    witnesses = tuple(_witness(one) for one in section.witness)
    _check_quorum(section.quorum, witnesses)
    return HubConfig(
        host=section.host,
        listen_address=address,
        listen_port=port,
        data=folder / section.data,
        registration=section.registration,
        report_window_days=section.report_window_days,
        production=section.production,
        tls=tls,
        behind_proxy=section.behind_proxy,
        metrics=None if section.metrics is None else _metrics(section.metrics),
        staff_public_key=_key("staff_public_key", section.staff_public_key),
        intake_public_key=_key("intake_public_key", section.intake_public_key),
        epoch_min_ms=section.epoch_min_ms,
        quorum=section.quorum,
        witnesses=witnesses,
        help=_help(section.help),
        store=None if section.store is None else _store(section.store),
        bus=_bus(section.bus, section.store),
        observe=section.observe,
        challenge_bits=section.challenge_bits,
    )


def _help(sections: list[HelpSection]) -> tuple[HelpLine, ...]:
    """What no device would show is refused here; else the operator would believe that people see it."""
    if len(sections) > MAX_LINES:
        raise ConfigInvalid(f"help: at most {MAX_LINES} lines are taken, got {len(sections)}")
    known = {reason.name.lower() for reason in Reason}
    for one in sections:
        unknown = set(one.reasons) - known
        if unknown:
            raise ConfigInvalid(f"help: {min(unknown)} is no reason; expected some of {', '.join(sorted(known))}")
        try:
            check_help(one.text, one.url, one.country)
        except PolicyRefused as err:
            raise ConfigInvalid(f"help: {err}, in {one.text[:40]!r}") from None
    return tuple(HelpLine(one.text, list(one.reasons), one.url, one.country) for one in sections)


def split_address(name: str, value: str) -> tuple[str, int]:
    """ADDRESS:PORT with a literal address (IPv6 in brackets). A name is refused: it could resolve to anything."""
    address, colon, port = value.rpartition(":")
    address = address.removeprefix("[").removesuffix("]")
    try:
        ipaddress.ip_address(address)
        number = int(port)
    except ValueError:
        raise ConfigInvalid(f"{name} must be ADDRESS:PORT such as 127.0.0.1:8440, got {value!r}") from None
    if not colon or not 0 <= number < 65536:
        raise ConfigInvalid(f"{name} must name a port from 0 to 65535, got {value!r}")
    return address, number


def is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def _store(value: str) -> str:
    """Nothing of what came is said: a password may stand in it."""
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "postgresql" or not parts.path.strip("/"):
        raise ConfigInvalid("store must be postgresql://USER@HOST/DATABASE; without it the database is a file")
    return value


def _bus(value: str | None, store: str | None) -> str | None:
    """Nothing of what came is said: a password may stand in it. What crosses machines crosses them under TLS."""
    if value is None:
        return None
    if store is None:
        raise ConfigInvalid(
            "bus is for workers of one PostgreSQL database: set store = postgresql://USER@HOST/DATABASE"
        )
    for one in value.split(","):
        try:
            parts = urlsplit(one)
            known = parts.scheme in {"nats", "tls"} and parts.port is not None and bool(parts.hostname)
        except ValueError:
            known = False
        if not known:
            raise ConfigInvalid("bus must be nats://HOST:PORT or tls://HOST:PORT, several with commas between")
        if parts.scheme == "nats" and not _is_this_machine(parts.hostname or ""):
            raise PlaintextRefused("bus: a NATS server on another machine needs tls://; nats:// is for 127.0.0.1")
    return value


def _is_this_machine(host: str) -> bool:
    try:
        return is_loopback(host)
    except ValueError:
        return host == "localhost"


def _metrics(value: str) -> tuple[str, int]:
    address, port = split_address("metrics", value)
    if not is_loopback(address):
        raise PlaintextRefused(f"metrics = {value!r} is not a loopback address: counts are for this machine alone")
    return address, port


def _witness(section: WitnessSection) -> WitnessAt:
    try:
        return witness_at(section.key, section.url, audits=section.audits)
    except PlainWitness as err:
        raise PlaintextRefused(f"witness: {err}") from None
    except BadWitness as err:
        raise ConfigInvalid(f"witness: {err}") from None


def _check_quorum(quorum: int, witnesses: tuple[WitnessAt, ...]) -> None:
    """A quorum that no reader could ever believe is refused here and not found out by them."""
    try:
        check_distinct(witnesses)
    except BadWitness as err:
        raise ConfigInvalid(f"witness: {err}") from None
    if not 0 <= quorum <= len(witnesses) <= MAX_WITNESSES:
        raise ConfigInvalid(
            f"quorum must be 0 to the number of witnesses, got {quorum} of {len(witnesses)} (at most {MAX_WITNESSES})"
        )
    if quorum and not any(one.audits for one in witnesses):
        raise ConfigInvalid("quorum: at least one witness must be one that audits, or nobody believes the log")


def _key(name: str, value: str | None) -> bytes | None:
    if value is None:
        return None
    try:
        key = bytes.fromhex(value)
    except ValueError:
        raise ConfigInvalid(f"{name} must be hex") from None
    if len(key) != 32:
        raise ConfigInvalid(f"{name} must be 32 bytes, got {len(key)}")
    return key
