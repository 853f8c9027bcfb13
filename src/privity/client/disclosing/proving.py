# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the key log says of those who wrote: proofs that this device keeps, and where asked for, all dates of a list."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from privity.client.disclosing.choosing import Picked
from privity.client.engine import inputs
from privity.client.engine.evidence import EvidenceRecord
from privity.client.engine.hub_record import kept_proof
from privity.client.engine.proven import proof_of
from privity.client.engine.state import Device
from privity.client.engine.trust import FRESH_MS
from privity.client.errors import ClientError
from privity.client.host import Host
from privity.identity.errors import IdentityError
from privity.identity.uris import parse_user_uri
from privity.keylog.errors import Malformed
from privity.keylog.labels import server_label, user_label
from privity.keylog.proof import LookupProof
from privity.mls.messages.leaf_node import LeafNode
from privity.production.disclosed import LogKeys, LogProof
from privity.wire.errors import Refusal

ASK_S: Final = 60
"""For one question. What is asked of a hub that went away waits for it to come back, and nobody waits so long here."""


def log_keys(device: Device) -> LogKeys:
    """Whom this device believes about the log."""
    keys = device.log.keys
    witnesses = tuple(each.key.encode() for each in keys.policy.witnesses)
    return LogKeys(keys.policy.log.encode(), keys.vrf_public, witnesses, keys.policy.quorum)


def kept(device: Device, picked: Iterable[Picked]) -> list[LogProof]:
    """The proofs under which the leaves of these messages were accepted, the newest about their senders and this
    account, whose lists are all here, and one about the hub."""
    own = device.own.user_uri
    found: dict[tuple[str, bytes], None] = {}
    senders: dict[str, None] = {own: None}
    for each in picked:
        if each.record is None:
            continue
        senders[each.record.sender_uri] = None
        proof = proof_of(device.batch, each.record.proof_hash) if each.record.proof_hash else None
        if proof:
            found[each.record.sender_uri, proof] = None
    found.update({(user_uri, device.pins.proof(user_uri)): None for user_uri in senders})
    hub = kept_proof(device)
    proofs = [_proof(device, user_uri, proof) for user_uri, proof in found if proof]
    return proofs if hub is None else [*proofs, LogProof(server_label(device.own.hub_host).decode(), hub)]


def undated(device: Device, picked: Iterable[Picked], proofs: Iterable[LogProof]) -> list[str]:
    """Users of whom these proofs leave something open that all dates would show: who signed a list before the newest,
    when a device that wrote here and is listed no more was listed, whether a key was still in force after a proof."""
    known: dict[str, set[int]] = {}
    until: dict[str, int] = {}
    dated: set[str] = set()
    for each in proofs:
        if each.label.startswith("u:"):
            user_uri, proof = each.label.removeprefix("u:"), LookupProof.decode(each.proof)
            newest = 0 if proof.newest is None else proof.newest.version
            dates = {one.revealed.version for one in proof.dated}
            known.setdefault(user_uri, set()).update(dates, {newest}, range(each.first, each.first + len(each.values)))
            until[user_uri] = max(until.get(user_uri, 0), proof.head.entry.timestamp_ms + FRESH_MS)
            if len(dates) > newest:
                dated.add(user_uri)
    unknown = {user_uri for user_uri, versions in known.items() if len(versions) <= max(versions)}
    signed = [each.record for each in picked if each.record is not None and each.record.signature]
    dropped = {each.sender_uri for each in signed if _is_dropped(device, each)}
    late = {each.sender_uri for each in signed if each.ts_ms > until.get(each.sender_uri, 0)}
    return sorted(((unknown | dropped) - dated) | late)


def _is_dropped(device: Device, record: EvidenceRecord) -> bool:
    """Whether the device that signed this is not in the newest list of its user."""
    listed = device.pins.get(record.sender_uri)
    keys = () if listed is None else tuple(each.mls_signature_key for each in listed.devices)
    return LeafNode.decode(record.leaf_node).signature_key not in keys


async def asked(host: Host, user_uris: Iterable[str]) -> tuple[list[LogProof], list[str]]:
    """What the log shows now of these people and of the hub; and of whom it shows nothing."""
    proofs: list[LogProof] = []
    missing: list[str] = []
    for user_uri in user_uris:
        found = await _answer(host, user_uri)
        if found is None:
            missing.append(user_uri)
        else:
            proofs.append(LogProof(user_label(parse_user_uri(user_uri)).decode(), found))
    hub = await _answer(host, None)
    if hub is None:
        missing.append(host.engine.device.own.hub_host)
    else:
        proofs.append(LogProof(server_label(host.engine.device.own.hub_host).decode(), hub))
    return proofs, missing


async def _answer(host: Host, user_uri: str | None) -> bytes | None:
    if host.connection is None:
        return None
    try:
        async with asyncio.timeout(ASK_S):
            if user_uri is None:
                proof = await host.do(inputs.ProveHub)
            else:
                proof = await host.do(lambda n: inputs.ProveLists(n, user_uri))
    except (ClientError, IdentityError, Refusal, TimeoutError):
        return None
    return proof if isinstance(proof, bytes) else None


def _proof(device: Device, user_uri: str, proof: bytes) -> LogProof:
    """With the values that lead to the newest, where these are the lists of this account."""
    label = user_label(parse_user_uri(user_uri)).decode()
    if user_uri == device.own.user_uri:
        first, values = device.pins.own_lists.newest_run()
        try:
            newest = LookupProof.decode(proof).newest
        except Malformed:
            newest = None
        if newest is not None and values and newest.value in values:
            return LogProof(label, proof, first, tuple(values[: values.index(newest.value) + 1]))
    return LogProof(label, proof)
