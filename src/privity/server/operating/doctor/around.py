# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is around the hub: its certificate, and whoever watches its log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import aiohttp
from cryptography import x509

from privity.cosigners.asking import Witness
from privity.cosigners.at import WitnessAt
from privity.cosigners.errors import WitnessError
from privity.server.config import HubConfig
from privity.server.keylog.model import origin_of
from privity.server.keys import HubKeys
from privity.server.operating.doctor.finding import Finding, look, ok, wrong
from privity.tlog.verifier_key import VerifierKey

CERT_LOOK_DAYS: Final = 30
CERT_WRONG_DAYS: Final = 7


def certificate(config: HubConfig, now_ms: int) -> Finding:
    if config.tls is None:
        said = "a proxy ends TLS" if config.behind_proxy else "plain, on this machine only"
        return ok("certificate", said)
    try:
        certificates = x509.load_pem_x509_certificates(config.tls.cert.read_bytes())
    except (OSError, ValueError) as err:
        return wrong("certificate", f"{config.tls.cert} cannot be read: {type(err).__name__}", "docs/operators/tls.md")
    ends = min(one.not_valid_after_utc for one in certificates)
    days = (ends - datetime.fromtimestamp(now_ms / 1000, UTC)).days
    said = f"valid until {ends:%Y-%m-%d}, {days} days"
    then = "renew it, and restart the hub"
    if days < CERT_WRONG_DAYS:
        return wrong("certificate", said, then)
    return look("certificate", said, then) if days < CERT_LOOK_DAYS else ok("certificate", said)


def witnesses(config: HubConfig, keys: HubKeys | None, log_size: int) -> list[Finding]:
    """Each is asked what it holds of our log."""
    if not config.witnesses:
        return [look("witnesses", "nobody watches the key log", "docs/operators/witness.md: devices say unaudited")]
    if keys is None:
        return []
    return asyncio.run(_ask_all(config.witnesses, keys.log_verifier(origin_of(config.host)), log_size))


async def _ask_all(all_: tuple[WitnessAt, ...], log: VerifierKey, log_size: int) -> list[Finding]:
    async with aiohttp.ClientSession() as http:
        found = await asyncio.gather(*(_ask(Witness(http, one), log, log_size) for one in all_))
    return [finding for findings in found for finding in findings]


async def _ask(witness: Witness, log: VerifierKey, log_size: int) -> list[Finding]:
    name = witness.at.key.name
    try:
        newest = await witness.newest(log)
    except WitnessError as err:
        return [
            wrong(
                "witnesses", f"{name}: {type(err).__name__}: {err}", "ask its operator; without a quorum changes wait"
            )
        ]
    return list(said(name, None if newest is None else newest[0].size, log_size))


def said(name: str, size: int | None, log_size: int) -> Iterator[Finding]:
    """What it means that a witness holds a checkpoint of this size, or none, of a log of that size."""
    if size is None:
        yield look("witnesses", f"{name} has seen nothing of this log yet", "does its operator know this log's key?")
    elif size > log_size:
        yield wrong("witnesses", f"{name} has seen {size}, the database has {log_size}", "privity restored")
    else:
        yield ok("witnesses", f"{name} has seen {size} of {log_size}")
