# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the desk asks the hub (`wire.staff`): every request signed, every answer checked against its type and a limit."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Final, Protocol, TypeVar

import aiohttp
import msgspec

from privity.desk import limits
from privity.desk.errors import AnswerTooLarge, CertificateRefused, HubMisbehaved, HubUnreachable
from privity.desk.keys import STAFF_SUITE
from privity.desk.observed_pages import page_of
from privity.identity.errors import BadUri
from privity.identity.uris import parse_user_uri
from privity.mls.crypto import SigningKey, sign_with_label
from privity.wire.collect import Collect, Collected
from privity.wire.errors import ErrorBody, Refusal
from privity.wire.hub_url import OWN_AUTHORITY, why_refused
from privity.wire.keylog import Looked, Lookup
from privity.wire.observed import ObservedPage
from privity.wire.rest import Answer, Body, Done
from privity.wire.staff import (
    NONCE_HEADER,
    NOTICE_PREFIX,
    RELAYED,
    SIGNATURE_HEADER,
    STAFF_LABEL,
    TIME_HEADER,
    AccountFacts,
    AskAccount,
    AskProfile,
    Effect,
    EffectDone,
    ForgetReports,
    ProfileFacts,
    RelayedReport,
    RelayedReports,
    ReportAnswer,
    ReportQuestion,
    ReportsVerified,
    Source,
    VerifyReports,
    staff_tbs,
)

BASE: Final = "/staff/v1"

_TIMEOUT: Final = aiohttp.ClientTimeout(
    total=limits.REQUEST_TIMEOUT_S, connect=limits.CONNECT_TIMEOUT_S, sock_read=limits.READ_TIMEOUT_S
)

A = TypeVar("A", bound=Answer)


class Hub(Protocol):
    """What the desk needs of a hub. Every method raises HubError or Refusal."""

    async def reports(self, wait_s: int = 0) -> list[RelayedReport]: ...

    async def forget(self, receipts: list[str]) -> None: ...

    async def verify(self, questions: list[ReportQuestion]) -> list[ReportAnswer]: ...

    async def lookup(self, asked: Lookup) -> Looked: ...

    async def blob(self, sha256: bytes) -> bytes: ...


class HttpHub:
    """The hub over HTTP. `now_ms` and `random` stamp the requests; the session belongs to the caller."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        staff_key: SigningKey,
        now_ms: Callable[[], int],
        random: Callable[[int], bytes],
    ) -> None:
        self._session = session
        self._url = url
        self._key = staff_key
        self._now_ms = now_ms
        self._random = random
        self._apart_ms: int | None = None

    @property
    def apart_ms(self) -> int | None:
        """How far the hub's clock was ahead of this one when it answered last; None before it has said its time."""
        return self._apart_ms

    async def reports(self, wait_s: int = 0) -> list[RelayedReport]:
        """The oldest that wait. Where there are none the hub holds its answer back for `wait_s`."""
        path = f"/reports?wait={wait_s}" if wait_s else "/reports"
        page = await self._ask("GET", path, None, RelayedReports, limits.MAX_PAGE_BYTES)
        if len(page.reports) > RELAYED:
            raise HubMisbehaved(f"expected at most {RELAYED} reports at once, the hub sent {len(page.reports)}")
        for report in page.reports:
            _check_relayed(report)
        return page.reports

    async def forget(self, receipts: list[str]) -> None:
        await self._ask("POST", "/reports/forget", ForgetReports(receipts), Done)

    async def verify(self, questions: list[ReportQuestion]) -> list[ReportAnswer]:
        return (await self._ask("POST", "/verify", VerifyReports(questions), ReportsVerified)).answers

    async def lookup(self, asked: Lookup) -> Looked:
        return await self._ask("POST", "/keylog/lookup", asked, Looked, limits.MAX_PROOF_BYTES)

    async def blob(self, sha256: bytes) -> bytes:
        return await self._send("GET", f"/blobs/{sha256.hex()}", b"", limits.MAX_BLOB_BYTES)

    async def account(self, user_uri: str) -> AccountFacts:
        return await self._ask("POST", "/account", AskAccount(user_uri), AccountFacts)

    async def profile(self, address: str) -> ProfileFacts:
        """What an account shows of itself now, by its URI or its handle."""
        found = await self._ask("POST", "/profile", AskProfile(address), ProfileFacts)
        _check_profile(address, found)
        return found

    async def collect(self, asked: Collect) -> Collected:
        return await self._ask("POST", "/collect", asked, Collected, limits.MAX_COLLECTED_BYTES)

    async def observed(self, after: int, wait_s: int = 0) -> ObservedPage:
        """What accounts did after this number. Where there is nothing the hub holds its answer back for `wait_s`."""
        wait = f"&wait={wait_s}" if wait_s else ""
        return page_of(await self._send("GET", f"/observed?after={after}{wait}", b"", limits.MAX_JSON_BYTES))

    async def effect(self, effect: Effect) -> EffectDone:
        return await self._ask("POST", "/effects", effect, EffectDone)

    async def _ask(
        self, method: str, path: str, body: Body | None, answer: type[A], limit: int = limits.MAX_JSON_BYTES
    ) -> A:
        raw = await self._send(method, path, b"" if body is None else msgspec.json.encode(body), limit)
        try:
            return msgspec.json.decode(raw, type=answer)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise HubMisbehaved(f"the answer to {method} {path} is not a {answer.__name__}") from None

    async def _send(self, method: str, path: str, body: bytes, limit: int) -> bytes:
        target = BASE + path
        try:
            async with self._session.request(
                method,
                self._url + target,
                data=body or None,
                headers=self._signed(method, target, body),
                allow_redirects=False,
                timeout=_TIMEOUT,
            ) as response:
                raw = await _limited(response, limit)
                status = response.status
                self._apart_ms = _apart_ms(response.headers.get("Date"), self._now_ms(), self._apart_ms)
        except (aiohttp.ClientError, TimeoutError, OSError) as err:
            why = why_refused(err)
            if why is not None:
                raise CertificateRefused(f"the hub's certificate is refused: {why}; {OWN_AUTHORITY}") from None
            raise HubUnreachable(f"the hub does not answer {method} {path}: {type(err).__name__}") from None
        if status != 200:
            raise _refusal(method, path, status, raw)
        return raw

    def _signed(self, method: str, target: str, body: bytes) -> dict[str, str]:
        now, nonce = self._now_ms(), self._random(16)
        signed = staff_tbs(method, target, now, nonce, body)
        signature = sign_with_label(STAFF_SUITE, self._key, STAFF_LABEL.encode(), signed)
        headers = {TIME_HEADER: str(now), NONCE_HEADER: nonce.hex(), SIGNATURE_HEADER: signature.hex()}
        return headers | {"Content-Type": "application/json"} if body else headers


def _check_relayed(report: RelayedReport) -> None:
    """A time that the database can hold, a receipt, and a reporter who is a user."""
    if not 0 <= report.received_ms <= limits.MAX_NUMBER:
        raise HubMisbehaved(f"the time of a relayed report is not in 0 to {limits.MAX_NUMBER}")
    if not 0 < len(report.receipt) <= limits.MAX_RECEIPT_CHARS:
        raise HubMisbehaved(f"a receipt has 1 to {limits.MAX_RECEIPT_CHARS} characters, got {len(report.receipt)}")
    if report.source is Source.PUBLIC:
        if not report.reporter_uri.startswith(NOTICE_PREFIX):
            raise HubMisbehaved("who made a public notice is named by its receipt")
        return
    try:
        parse_user_uri(report.reporter_uri)
    except BadUri as err:
        raise HubMisbehaved(f"the reporter of a report: {err}") from None


def _apart_ms(date: str | None, now_ms: int, known: int | None) -> int | None:
    """By the Date of an answer, in whole seconds. One that cannot be read changes nothing."""
    try:
        return known if date is None else int(parsedate_to_datetime(date).timestamp() * 1000) - now_ms
    except (ValueError, OverflowError):
        return known


def _check_profile(address: str, found: ProfileFacts) -> None:
    """Of a user, and of the one that was asked about where this was no handle."""
    try:
        parse_user_uri(found.user_uri)
    except BadUri as err:
        raise HubMisbehaved(f"whose profile the hub shows: {err}") from None
    if address.startswith("mimi:") and found.user_uri != address:
        raise HubMisbehaved("the hub shows the profile of another account than it was asked about")


async def _limited(response: aiohttp.ClientResponse, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(1 << 16):
        size += len(part)
        if size > limit:
            raise AnswerTooLarge(f"the answer is larger than {limit} bytes")
        parts.append(part)
    return b"".join(parts)


def _refusal(method: str, path: str, status: int, raw: bytes) -> Refusal | HubMisbehaved:
    try:
        body = msgspec.json.decode(raw, type=ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return HubMisbehaved(f"status {status} without an error body in answer to {method} {path}")
    return Refusal(body.code, body.message, limit=body.limit, retry_after_ms=body.retry_after_ms)
