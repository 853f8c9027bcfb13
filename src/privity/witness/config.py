# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`witness.toml`: the witness's name, where it listens, and the logs it watches; typed, and checked before use."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from privity.tlog.errors import BadVerifierKey, MalformedNote
from privity.tlog.note import check_key_name
from privity.tlog.verifier_key import KeyKind, VerifierKey
from privity.witness.errors import ConfigInvalid, LogKnown, PlaintextRefused
from privity.witness.files import replace
from privity.witness.limits import KEEP_DAYS

FILE: Final = "witness.toml"


class LogSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the `[[logs]]`."""

    vkey: str
    hub_url: str | None = None
    """Where the log's hub shows its epochs. With it each is audited before anything is cosigned."""
    keep_days: int = KEEP_DAYS
    """An update that was audited is kept until the newest is dated so many days later. 0: none is kept."""


class ConfigFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. Paths are relative to its folder."""

    name: str
    """The name in every cosignature; it belongs to the key."""
    listen: str = "127.0.0.1:8450"
    tls_cert: str | None = None
    tls_key: str | None = None
    logs: list[LogSection] = []


@dataclass(frozen=True, slots=True)
class Tls:
    cert: Path
    key: Path


@dataclass(frozen=True, slots=True)
class WatchedLog:
    """A log to watch."""

    key: VerifierKey
    hub_url: str | None
    """Without a slash at the end."""
    keep_days: int = KEEP_DAYS


@dataclass(frozen=True, slots=True)
class WitnessConfig:
    """The checked configuration."""

    folder: Path
    name: str
    address: str
    port: int
    tls: Tls | None
    logs: tuple[WatchedLog, ...]

    @property
    def key_file(self) -> Path:
        return self.folder / "witness.key"


def load(folder: Path) -> WitnessConfig:
    """Read and check the file. Raises ConfigInvalid or PlaintextRefused."""
    path = folder / FILE
    try:
        parsed = msgspec.toml.decode(path.read_bytes(), type=ConfigFile)
    except OSError as err:
        raise ConfigInvalid(f"cannot read {path}: {err.strerror}; `privity witness init` writes one") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise ConfigInvalid(f"{FILE}: {err}") from None
    return check(parsed, folder)


def check(parsed: ConfigFile, folder: Path) -> WitnessConfig:
    """The file as the witness uses it. Raises ConfigInvalid or PlaintextRefused."""
    try:
        check_key_name(parsed.name)
    except MalformedNote as err:
        raise ConfigInvalid(f"name: {err}") from None
    address, port = _address(parsed.listen)
    if (parsed.tls_cert is None) != (parsed.tls_key is None):
        raise ConfigInvalid("tls_cert and tls_key go together; one of them is missing")
    tls = None
    if parsed.tls_cert is not None and parsed.tls_key is not None:
        tls = Tls(folder / parsed.tls_cert, folder / parsed.tls_key)
    if tls is None and not _is_loopback(address):
        raise PlaintextRefused(
            f"listen = {parsed.listen!r} is not a loopback address and no tls_cert is set: "
            "set tls_cert and tls_key, or listen on 127.0.0.1 behind a proxy that ends TLS"
        )
    logs = tuple(watched(section) for section in parsed.logs)
    names = [log.key.name for log in logs]
    for name in names:
        if names.count(name) > 1:
            raise ConfigInvalid(f"each of the logs has a name of its own, {name} occurs twice")
    return WitnessConfig(folder, parsed.name, address, port, tls, logs)


def write_fresh(folder: Path, name: str, listen: str) -> WitnessConfig:
    """Write the file of a witness that watches nothing yet. Raises ConfigInvalid or PlaintextRefused."""
    config = check(ConfigFile(name, listen), folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace(folder / FILE, f"name = {json.dumps(name)}\nlisten = {json.dumps(listen)}\n".encode())
    return config


def add(folder: Path, log: WatchedLog, prepare: Callable[[], None]) -> None:
    """One more of the `[[logs]]`. `prepare` runs before it is written, if it is new. LogKnown, ConfigInvalid."""
    if any(log.key.name == known.key.name for known in load(folder).logs):
        raise LogKnown(f"{FILE} has {log.key.name} already; to change it, edit the file")
    lines = ["", "[[logs]]", f"vkey = {json.dumps(log.key.encode())}"]
    if log.hub_url is not None:
        lines.append(f"hub_url = {json.dumps(log.hub_url)}")
    if log.keep_days != KEEP_DAYS:
        lines.append(f"keep_days = {log.keep_days}")
    path = folder / FILE
    text = path.read_bytes() + "".join(f"{line}\n" for line in lines).encode()
    try:
        msgspec.toml.decode(text, type=ConfigFile)
    except msgspec.DecodeError as err:
        raise ConfigInvalid(f"no section can be added at the end of {FILE}: {err}") from None
    prepare()
    replace(path, text)


def watched(section: LogSection) -> WatchedLog:
    """One section as the witness uses it. Raises ConfigInvalid or PlaintextRefused."""
    try:
        key = VerifierKey.decode(section.vkey)
    except BadVerifierKey as err:
        raise ConfigInvalid(f"the vkey of a log: {err}") from None
    if key.kind is not KeyKind.ED25519:
        raise ConfigInvalid(f"the vkey of a log is of kind {KeyKind.ED25519}, that of {key.name} of kind {key.kind}")
    if section.keep_days < 0:
        raise ConfigInvalid(f"keep_days is 0 or more, got {section.keep_days} for {key.name}")
    hub_url = None if section.hub_url is None else _hub_url(section.hub_url)
    return WatchedLog(key, hub_url, section.keep_days)


def _hub_url(url: str) -> str:
    """The URL without a slash at its end: https, or plain http to a literal loopback address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigInvalid(f"hub_url is no URL, got {url!r}") from None
    whole = f"{parts.scheme}://{parts.netloc}" == url.rstrip("/") and parts.username is None
    if not whole or not host or port == 0 or parts.scheme not in ("http", "https"):
        raise ConfigInvalid(f"hub_url must be scheme, host and port such as https://chat.example.org, got {url!r}")
    if parts.scheme == "http" and not _is_loopback(host):
        raise PlaintextRefused(f"hub_url is plain http to another machine, got {url!r}: use https")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _address(listen: str) -> tuple[str, int]:
    """ADDRESS:PORT with a literal address (IPv6 in brackets). A name is refused: it could resolve to anything."""
    address, colon, port = listen.rpartition(":")
    address = address.removeprefix("[").removesuffix("]")
    try:
        ipaddress.ip_address(address)
        number = int(port)
    except ValueError:
        number = -1
    if not colon or not 0 <= number < 65536:
        raise ConfigInvalid(f"listen must be ADDRESS:PORT such as 127.0.0.1:8450, got {listen!r}")
    return address, number
