# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking in and finding blobs. Whoever knows a blob's hash was told it in a message, so any device may fetch it."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

from privity.server.blobs import store
from privity.server.blobs.model import Blob, path_of
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.limits import FREE_FOR_MESSAGES_BYTES, MAX_BLOB_BYTES, MAX_BLOB_STOCK_BYTES
from privity.wire.errors import Code, Refusal

ATTEMPTS: Final = 3
"""How often a file is written anew that was swept before its row was there: twice in a row does not happen."""
AT_ONCE: Final = 50
"""Files that are deleted in one transaction: others that write wait for it."""

_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
"""One put of an account at a time: of two at once that fit only alone, one would leave a file that nobody counts."""


async def put(context: HubContext, user_uri: str, data: bytes) -> Blob:
    """Store ciphertext and answer its name once it is on the disk. The same bytes again are harmless."""
    context.limits.take("blob.put", user_uri)
    if not 0 < len(data) <= MAX_BLOB_BYTES:
        raise Refusal(Code.TOO_LARGE, f"a blob has 1 to {MAX_BLOB_BYTES} bytes, this one {len(data)}")
    async with _turns.setdefault(user_uri, asyncio.Lock()):
        return await _put(context, user_uri, data)


async def _put(context: HubContext, user_uri: str, data: bytes) -> Blob:
    sha256 = await asyncio.to_thread(lambda: hashlib.sha256(data).digest())
    blob = Blob(sha256, len(data))
    await context.db.read(lambda reader: _check_stock(reader, blob, user_uri))
    now_ms = context.now_ms()

    def write(tx: Tx) -> bool:
        if not path_of(context.config.blobs, sha256).is_file():
            return False
        _check_stock(tx, blob, user_uri)
        store.add(tx, blob, user_uri, now_ms)
        return True

    for _ in range(ATTEMPTS):
        suffix = context.random(8).hex()
        try:
            if await asyncio.to_thread(store.free_bytes, context.config.blobs) < FREE_FOR_MESSAGES_BYTES + len(data):
                raise Refusal(Code.UNAVAILABLE, "the hub keeps what is left of its disk for messages")
            await asyncio.to_thread(store.write_file, context.config.blobs, sha256, data, suffix)
        except OSError as err:
            raise Refusal(Code.UNAVAILABLE, f"the hub cannot store blobs now (errno {err.errno})") from None
        if await context.db.write(write):
            return blob
    raise Refusal(Code.UNAVAILABLE, "the blob was swept while it was stored; try again", retry_after_ms=1000)


async def sweep(context: HubContext) -> None:
    """Delete the blobs that no account owns any more, file first: after a crash the next call goes on.

    All of it is in the writer's turn, so that no blob is deleted that somebody puts again at the same time.
    """

    def some(tx: Tx) -> int:
        orphans = store.orphans(tx, AT_ONCE)
        for sha256 in orphans:
            path_of(context.config.blobs, sha256).unlink(missing_ok=True)
            store.remove(tx, sha256)
        return len(orphans)

    while await context.db.write(some) == AT_ONCE:
        pass


async def find(context: HubContext, sha256: bytes) -> tuple[Blob, Path]:
    """A stored blob and its file, or a NOT_FOUND Refusal: also where a restored database names a file that is lost."""
    blob = await context.db.read(lambda reader: store.find(reader, sha256))
    path = path_of(context.config.blobs, sha256)
    if blob is None or not await asyncio.to_thread(path.is_file):
        raise Refusal(Code.NOT_FOUND, "no blob has this hash")
    return blob, path


async def stored_bytes(context: HubContext) -> int:
    """Bytes of all blobs."""
    return await context.db.read(store.total)


def _check_stock(query: Query, blob: Blob, user_uri: str) -> None:
    if store.owns(query, blob.sha256, user_uri):
        return
    if store.stock(query, user_uri) + blob.size > MAX_BLOB_STOCK_BYTES:
        raise Refusal(
            Code.TOO_MANY, f"an account stores at most {MAX_BLOB_STOCK_BYTES} bytes of blobs", limit="blob.stock"
        )
