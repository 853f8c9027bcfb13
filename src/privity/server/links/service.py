# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Passing messages between a new device and a device of its account: who may say what, when, and for how long.

The devices check everything again, and people compare the digits. What the hub checks keeps strangers and mistakes out.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from privity.identity.errors import BadAnswer, LinkError
from privity.identity.linking import COMMITMENT_BYTES, Opening, check_answer, check_opening
from privity.identity.uris import make_client_uri
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.devices import service as devices
from privity.server.limits import MAX_LINKS, address_key
from privity.server.links import store
from privity.server.links.model import KEPT_MS, LIFETIME_MS, MOVES, Event, Link, fresh_code, move
from privity.wire.errors import Code, Refusal
from privity.wire.rest import AnswerLink, FinishLink, JudgeLink, LinkState, OfferLink, OpenLink

CODE_TRIES: Final = 8
"""With all links in use, one fresh code in a hundred million is taken."""


async def offer(context: HubContext, wanted: OfferLink, address: str | None) -> Link:
    """A new link under a fresh code."""
    context.limits.take("link.offer", address_key(address))
    if len(wanted.commitment) != COMMITMENT_BYTES:
        raise Refusal(Code.MALFORMED, f"a commitment has {COMMITMENT_BYTES} bytes, got {len(wanted.commitment)}")
    now_ms = context.now_ms()

    def write(tx: Tx) -> Link:
        store.remove_expired(tx, now_ms - KEPT_MS)
        if store.count(tx) >= MAX_LINKS:
            raise Refusal(Code.TOO_MANY, f"at most {MAX_LINKS} devices are being linked at once", limit="link.stock")
        code = _free_code(tx, context.random)
        link = Link(code, wanted.commitment, LinkState.OFFERED, now_ms + LIFETIME_MS)
        store.put(tx, link)
        return link

    return await context.db.write(write)


async def find(context: HubContext, code: str, address: str | None) -> Link:
    """Where a link stands, or a NOT_FOUND Refusal."""
    context.limits.take("link.get", address_key(address))
    now_ms = context.now_ms()
    return await context.db.read(lambda reader: _find(reader, code, now_ms))


async def answer(context: HubContext, user_uri: str, code: str, said: AnswerLink) -> None:
    """The first answer stands. The same again is harmless."""
    context.limits.take("link.answer", user_uri)
    try:
        check_answer(said.nonce, said.handle, said.intake_key)
    except BadAnswer as err:
        raise Refusal(Code.MALFORMED, str(err)) from None

    def change(tx: Tx, link: Link) -> Link:
        if (link.user_uri, link.answer) == (user_uri, said):
            return link
        answered = replace(link, state=move(link.state, Event.ANSWER), user_uri=user_uri, answer=said)
        _check_newest(tx, context, user_uri, said.device_list)
        return answered

    await _change(context, code, change)


async def open_(context: HubContext, code: str, said: OpenLink, address: str | None) -> None:
    """The opening of the new device. The same again is harmless."""
    context.limits.take("link.speak", address_key(address))

    def change(tx: Tx, link: Link) -> Link:
        _check_opens(link, said)
        if link.opening is not None and link.state is not LinkState.EXPIRED:
            return link
        return replace(link, state=move(link.state, Event.OPEN), opening=said)

    await _change(context, code, change)


async def judge(context: HubContext, code: str, said: JudgeLink, address: str | None) -> None:
    """What the person at the new device said. The same again is harmless."""
    context.limits.take("link.speak", address_key(address))
    event, after = (Event.AGREE, LinkState.AGREED) if said.same else (Event.DECLINE, LinkState.DECLINED)

    def change(tx: Tx, link: Link) -> Link:
        _check_opens(link, said.opening)
        return link if link.state is after else replace(link, state=move(link.state, event))

    await _change(context, code, change)


async def finish(context: HubContext, user_uri: str, code: str, said: FinishLink) -> None:
    """What the account that answered has made of it. The same again is harmless."""
    context.limits.take("link.answer", user_uri)

    def change(tx: Tx, link: Link) -> Link:
        if link.user_uri != user_uri:
            raise Refusal(Code.NOT_ALLOWED, "another account answered this link, or none did")
        if said.device_list is None:
            if link.state is LinkState.DECLINED:
                return link
            return replace(link, state=move(link.state, Event.DECLINE))
        if link.device_list == said.device_list:
            return link
        listed = replace(link, state=move(link.state, Event.LIST), device_list=said.device_list)
        _check_newest(tx, context, user_uri, said.device_list)
        _check_names_it(tx, user_uri, link.opening)
        return listed

    await _change(context, code, change)


async def forget_expired(context: HubContext) -> None:
    """Run about hourly."""
    now_ms = context.now_ms()
    await context.db.write(lambda tx: store.remove_expired(tx, now_ms - KEPT_MS))


async def _change(context: HubContext, code: str, change: Callable[[Tx, Link], Link]) -> None:
    now_ms = context.now_ms()

    def write(tx: Tx) -> None:
        before = _find(tx, code, now_ms)
        after = change(tx, before)
        if after != before:
            store.put(tx, after)

    await context.db.write(write)


def _find(query: Query, code: str, now_ms: int) -> Link:
    link = store.find(query, code)
    if link is None or link.expires_ms + KEPT_MS <= now_ms:
        raise Refusal(Code.NOT_FOUND, "no link has this code; codes are good for ten minutes")
    if link.expires_ms <= now_ms and (link.state, Event.TIME) in MOVES:
        return replace(link, state=move(link.state, Event.TIME))
    return link


def _free_code(tx: Tx, random: Callable[[int], bytes]) -> str:
    for _ in range(CODE_TRIES):
        code = fresh_code(random)
        if store.find(tx, code) is None:
            return code
    raise Refusal(Code.UNAVAILABLE, "no free code was found; try again")


def _check_newest(query: Query, context: HubContext, user_uri: str, value: bytes) -> None:
    newest = devices.newest_list(query, context, user_uri)
    if newest != value:
        raise Refusal(Code.DEVICE_LIST_REFUSED, "expected the newest device list of the calling account, got another")


def _check_opens(link: Link, said: OpenLink) -> None:
    try:
        check_opening(link.commitment, Opening(said.key, said.device_id, said.nonce))
    except LinkError as err:
        raise Refusal(Code.NOT_ALLOWED, f"{type(err).__name__}: {err}") from None


def _check_names_it(query: Query, user_uri: str, opening: OpenLink | None) -> None:
    found = None if opening is None else devices.find(query, make_client_uri(user_uri, opening.device_id))
    if found is None or opening is None or not hmac.compare_digest(found.signature_key, opening.key):
        raise Refusal(Code.DEVICE_LIST_REFUSED, "the newest device list does not name the new device with its key")
