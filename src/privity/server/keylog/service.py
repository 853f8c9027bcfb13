# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Answers of the key log, each out of one snapshot of what is published."""

from __future__ import annotations

from typing import Final

from privity.identity.device_list import DeviceList
from privity.identity.errors import BadUri
from privity.identity.uris import host_of, parse_user_uri
from privity.keylog.labels import server_label
from privity.keylog.proof import MAX_DATED
from privity.keylog.publish import checkpoint_proof, lookup
from privity.server.accounts import closed
from privity.server.context import HubContext
from privity.server.db.database import Query
from privity.server.keylog import lost, store
from privity.server.keylog.model import MAX_EVIDENCE
from privity.server.keylog.stored import StoredLog
from privity.server.limits import address_key
from privity.tlog.tree import consistency_proof
from privity.wire import keylog as wire
from privity.wire.errors import Code, Refusal

_USER: Final = "u:"


async def look_up(context: HubContext, caller_uri: str, asked: wire.Lookup) -> wire.Looked:
    """The proven newest version of a label, or the proof that there is none, and the values asked for."""
    context.limits.take("keylog.lookup", caller_uri)
    check_label(asked.label, context.config.host)

    def read(query: Query) -> wire.Looked:
        log = _begun(query)
        _check_size(asked.from_size, log.size)
        if asked.label.startswith(_USER) and log.newest(asked.label.encode()) is None:
            closed.check_open(query, context, asked.label.removeprefix(_USER))
        lost.check_complete(query, context, asked.label)
        values = store.values_from(query, asked.label, asked.from_version)
        dated = _dated(query, asked, [version for version, _ in values])
        proof = lookup(log, context.keys.vrf, asked.label.encode(), asked.from_size, dated)
        return wire.Looked(proof.encode(), [value for _, value in values])

    return await context.db.read(read)


async def checkpoint(context: HubContext, from_size: int, address: str | None) -> wire.CheckpointAnswer:
    """The newest checkpoint, proven to continue a smaller one."""
    context.limits.take("keylog.read", address_key(address))

    def read(query: Query) -> wire.CheckpointAnswer:
        log = _begun(query)
        _check_size(from_size, log.size)
        return wire.CheckpointAnswer(checkpoint_proof(log, from_size).encode())

    return await context.db.read(read)


async def consistency(context: HubContext, old: int, new: int, address: str | None) -> wire.Consistency:
    """That the published log of one size begins with that of another."""
    context.limits.take("keylog.read", address_key(address))

    def read(query: Query) -> wire.Consistency:
        log = _begun(query)
        _check_size(new, log.size)
        _check_size(old, new)
        return wire.Consistency(consistency_proof(log.node_at, old, new))

    return await context.db.read(read)


async def audit_update(context: HubContext, index: int, address: str | None) -> bytes:
    """What an auditor checks an epoch with; also of the one that waits for auditors to cosign it."""
    context.limits.take("keylog.read", address_key(address))
    found = await context.db.read(lambda reader: store.audit_update(reader, index))
    if found is None:
        raise Refusal(Code.NOT_FOUND, f"the log has no epoch {index}")
    return found


async def evidence(context: HubContext, address: str | None) -> wire.Evidence:
    """Checkpoints under this log's signature that the hub itself cannot account for."""
    context.limits.take("keylog.read", address_key(address))
    return wire.Evidence(await context.db.read(lambda reader: store.evidence(reader, MAX_EVIDENCE)))


async def lost_values(context: HubContext) -> int:
    """Published values that this hub has lost."""
    return await context.db.read(lost.count)


async def waiting(context: HubContext) -> int:
    """Changes that are accepted and not published."""
    return await context.db.read(store.waiting)


async def age_s(context: HubContext) -> float:
    """Of the newest published epoch; 0 before the first."""
    newest = await context.db.read(lambda reader: store.entry(reader, store.size(reader) - 1))
    return 0.0 if newest is None else max(0, context.now_ms() - newest.timestamp_ms) / 1000


def check_label(label: str, host: str) -> None:
    """Raise a MALFORMED Refusal unless it is a label that this hub's log could have."""
    if label.encode() == server_label(host):
        return
    try:
        if not label.startswith(_USER) or host_of(parse_user_uri(label.removeprefix(_USER))) != host:
            raise Refusal(Code.MALFORMED, f"a label is u:USER-URI of a user of {host}, or s:{host}")
    except BadUri as err:
        raise Refusal(Code.MALFORMED, f"label: {err}") from None


def _begun(query: Query) -> StoredLog:
    log = StoredLog.of(query)
    if log.size == 0:
        raise Refusal(Code.UNAVAILABLE, "the key log has no epoch yet; ask again", retry_after_ms=1000)
    return log


def _check_size(size: int, most: int) -> None:
    """A size beyond what is published: the caller saw more of this log than the hub has, or made it up."""
    if size > most:
        raise Refusal(Code.CONFLICT, f"the log has {most} entries, fewer than the {size} asked from")


def _dated(query: Query, asked: wire.Lookup, versions: list[int]) -> list[int]:
    """Versions whose date the reader needs: whether a list that waits counts, and what follows it, depends on when."""
    if asked.date_all:
        if len(versions) > MAX_DATED:
            raise Refusal(Code.TOO_LARGE, f"{len(versions)} versions, at most {MAX_DATED} are dated in one answer")
        return versions
    if not asked.label.startswith(_USER):
        return []
    known = dict(store.values_from(query, asked.label, max(asked.from_version - 1, 0)))
    waited = {version for version, value in known.items() if DeviceList.decode(value).waits}
    return [version for version in versions if version in waited or version - 1 in waited][-MAX_DATED:]
