# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking public notices and telling their senders what became of them.

The hub seals what comes to the desk's intake key before it writes anything, and keeps a receipt and the hash of a code.
An unknown receipt and a wrong code are one and the same.
"""

from __future__ import annotations

import hmac
from dataclasses import replace

from privity.identity.errors import RoomLinkError
from privity.identity.room_links import RoomLink
from privity.message import sealed_report
from privity.message.appeal import About, Appeal
from privity.message.notice import PublicNotice, Target
from privity.server.accounts.typed import find_typed
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.limits import address_key
from privity.server.notices import store
from privity.server.notices.model import KEPT_MS, Handed, Line, Notice
from privity.server.one_time_code import code_hash, fresh_code
from privity.server.reports import service as reports
from privity.server.rooms import store as rooms
from privity.wire.errors import Code, Refusal
from privity.wire.staff import NOTICE_PREFIX

EVERYBODY = "all"
"""The one caller of the limit on everybody together."""


async def submit(context: HubContext, address: str | None, notice: PublicNotice) -> Handed:
    """Seal and keep a notice; its receipt, and the code by which its sender is known again."""
    intake = intake_key(context)
    context.limits.take("notice.submit", address_key(address))
    context.limits.take("notice.everybody", EVERYBODY)
    found = await context.db.read(lambda reader: _found(reader, notice))
    sealed = sealed_report.seal(intake, replace(notice, found_uri=found))
    handed = Handed(reports.new_receipt(context), fresh_code(context.random))

    def write(tx: Tx) -> None:
        reports.put_public(tx, context, NOTICE_PREFIX + handed.receipt, handed.receipt, sealed)
        store.add(tx, handed.receipt, code_hash(handed.code), context.now_ms())

    await context.db.write(write)
    return handed


async def look_up(context: HubContext, address: str | None, shown: Handed) -> Notice:
    """What became of a notice, or NOT_FOUND."""
    context.limits.take("notice.status", address_key(address))
    return await context.db.read(lambda reader: _known(reader, shown))


async def appeal(context: HubContext, address: str | None, shown: Handed, text: str) -> None:
    """Seal and keep an appeal against the desk's last word, once; or NOT_FOUND, or CONFLICT."""
    intake = intake_key(context)
    context.limits.take("notice.status", address_key(address))
    context.limits.take("notice.everybody", EVERYBODY)
    receipt = reports.new_receipt(context)

    def write(tx: Tx) -> None:
        found = _known(tx, shown)
        now_ms = context.now_ms()
        if not found.can_appeal(now_ms):
            raise Refusal(Code.CONFLICT, "there is no decision that an appeal can be made against now")
        sealed = sealed_report.seal(intake, Appeal(About.NOTICE, found.receipt, "", text))
        reports.put_public(tx, context, NOTICE_PREFIX + found.receipt, receipt, sealed)
        store.set_appealed(tx, found.receipt, now_ms)

    await context.db.write(write)


def tell(tx: Tx, receipt: str, effect: str, text: str, now_ms: int) -> bool:
    """A line of the desk for whoever made a notice, or NOT_FOUND."""
    if store.find(tx, receipt) is None:
        raise Refusal(Code.NOT_FOUND, "no notice has this receipt, or it was forgotten")
    store.add_line(tx, receipt, effect, Line(now_ms, text))
    return True


async def forget_old(context: HubContext) -> None:
    """Run about hourly."""
    before_ms = context.now_ms() - KEPT_MS
    await context.db.write(lambda tx: store.forget_old(tx, before_ms))


def intake_key(context: HubContext) -> bytes:
    """To which notices are sealed, or UNAVAILABLE."""
    if context.config.intake_public_key is None:
        raise Refusal(Code.UNAVAILABLE, "nobody reads notices here yet")
    return context.config.intake_public_key


def _known(query: Query, shown: Handed) -> Notice:
    found = store.find(query, shown.receipt)
    expected = bytes(32) if found is None else found.code_hash
    if not hmac.compare_digest(expected, code_hash(shown.code)) or found is None:
        raise Refusal(Code.NOT_FOUND, "no notice has this number and this code")
    return found


def _found(query: Query, notice: PublicNotice) -> str:
    """What there is under the address that was given. The sender is not told whether there is something."""
    address = notice.address.strip()
    if notice.target is Target.LINK:
        try:
            room_uri = RoomLink.parse(address).room_uri
        except RoomLinkError:
            return ""
        return "" if rooms.find(query, room_uri) is None else room_uri
    account = find_typed(query, address)
    return "" if account is None else account.user_uri
