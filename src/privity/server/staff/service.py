# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desk may ask and do: proofs about franks and presence, counts, and a line to a reporter. Never content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

from privity.mls.crypto import verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature
from privity.mls.suites import suite
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery import log
from privity.server.delivery.log import Outlet
from privity.server.delivery.model import Effect
from privity.server.devices import service as devices
from privity.server.staff import store
from privity.wire.errors import Code, Refusal
from privity.wire.socket import InboxKind
from privity.wire.staff import (
    MAX_SKEW_MS,
    MAX_WAIT_S,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    STAFF_LABEL,
    TIME_HEADER,
    TellReporter,
    staff_tbs,
)

KEPT_MS: Final = 2 * MAX_SKEW_MS
"""How long a nonce is kept: its request counts until then at most, whichever of the two clocks is ahead."""
MAX_TELL: Final = 4_000
"""Letters of a line to a reporter."""
_TIME: Final = re.compile(r"[0-9]{1,15}")
_NONCE: Final = re.compile(r"[0-9a-f]{32}")
_SIGNATURE: Final = re.compile(r"[0-9a-f]{128}")
_WAIT: Final = re.compile(r"[0-9]{1,2}")


async def authenticate(
    context: HubContext, headers: Mapping[str, str], method: str, path_and_query: str, body: bytes
) -> None:
    """Raise unless the desk signed this very request, now, for the first time."""
    key = context.config.staff_public_key
    if key is None:
        raise Refusal(Code.UNAUTHENTICATED, "this hub knows no staff key")
    time_text, nonce_text = headers.get(TIME_HEADER, ""), headers.get(NONCE_HEADER, "")
    signature_text = headers.get(SIGNATURE_HEADER, "")
    if not (_TIME.fullmatch(time_text) and _NONCE.fullmatch(nonce_text) and _SIGNATURE.fullmatch(signature_text)):
        raise Refusal(Code.UNAUTHENTICATED, "the staff headers are missing or of another form")
    time_ms, nonce = int(time_text), bytes.fromhex(nonce_text)
    tbs = staff_tbs(method, path_and_query, time_ms, nonce, body)
    try:
        verify_with_label(suite(1), key, STAFF_LABEL.encode(), tbs, bytes.fromhex(signature_text))
    except (BadSignature, BadPublicKey):
        raise Refusal(Code.UNAUTHENTICATED, "the staff signature does not verify") from None
    now_ms = context.now_ms()
    if abs(now_ms - time_ms) > MAX_SKEW_MS:
        raise Refusal(Code.REPLAYED, f"the request's time is more than {MAX_SKEW_MS} ms off")
    await context.db.write(partial(_take_nonce, nonce=nonce, time_ms=time_ms, now_ms=now_ms))


def _take_nonce(tx: Tx, nonce: bytes, time_ms: int, now_ms: int) -> None:
    """Kept in the database, where every worker of the hub and the next process find it; those that count no more go."""
    store.forget_nonces(tx, now_ms - KEPT_MS)
    if not store.take_nonce(tx, nonce, time_ms):
        raise Refusal(Code.REPLAYED, "the nonce was used before")


def wait_of(query: Mapping[str, str]) -> int:
    """How long an empty answer is held back."""
    text = query.get("wait", "0")
    if not _WAIT.fullmatch(text) or int(text) > MAX_WAIT_S:
        raise Refusal(Code.MALFORMED, f"wait is a number of seconds from 0 to {MAX_WAIT_S}")
    return int(text)


async def tell(context: HubContext, outlet: Outlet, asked: TellReporter) -> None:
    """A line for each of the reporter's devices."""
    if not 0 < len(asked.text) <= MAX_TELL:
        raise Refusal(Code.MALFORMED, f"a line to a reporter has 1 to {MAX_TELL} letters, got {len(asked.text)}")

    def write(tx: Tx) -> None:
        own = devices.of_user(tx, asked.user_uri)
        if not own:
            raise Refusal(Code.NOT_FOUND, "no account has this user URI")
        effects: list[Effect] = []
        for device in own:
            log.tell_device(tx, device.client_uri, InboxKind.REPORT_OUTCOME, "", 0, asked.text.encode(), effects)
        log.after_commit(tx, outlet, effects)

    await context.db.write(write)
