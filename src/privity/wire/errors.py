# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Error codes of the API and the envelope that carries one.

Every refusal of the hub is one `Code`, one HTTP status and one sentence that says what was expected and what came.
The same codes travel in REST answers (`ErrorBody`) and on the socket (`socket.Refused`).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from privity.wire.numbers import Count
from privity.wire.work import Puzzle


class Code(StrEnum):
    """Why the hub refused. The value is what travels."""

    MALFORMED = "malformed"
    """The bytes are not the type that was expected, or over a limit of their field."""
    UNAUTHENTICATED = "unauthenticated"
    """No session, an ended session, or a MAC that does not match."""
    REPLAYED = "replayed"
    """The request counter was used before in this session, or is too old."""
    NOT_ALLOWED = "not_allowed"
    """The caller is known and may not do this."""
    RESTRICTED = "restricted"
    """A decision about this account or room stands against it; `reference` names it, `until_ms` says when it ends."""
    NOT_FOUND = "not_found"
    """No such thing, or nothing the caller may know of."""
    CONFLICT = "conflict"
    """The thing exists already, and differs."""
    TOO_MANY = "too_many"
    """A limit of the limits table was reached; `limit` names it."""
    TOO_LARGE = "too_large"
    """The body is over the limit of its kind."""
    WRONG_EPOCH = "wrong_epoch"
    """A commit or message for another epoch than the room's; `current_epoch` says which is."""
    INVALID_COMMIT = "invalid_commit"
    """The public half of MLS refused the commit; the message names the check."""
    PENDING_REMOVE_OMITTED = "pending_remove_omitted"
    """The commit leaves out a Remove that the hub has accepted; fetch the room's group state and try again."""
    DIRECT_ROOM_EXISTS = "direct_room_exists"
    """The two already share a direct room; `room_uri` names it."""
    NO_CONSENT = "no_consent"
    """In a direct room: the two are no contacts any more, because one ended it, blocked the other, or is a minor now.
    Who shares no room is answered NOT_FOUND."""
    NO_FRANK_TAG = "no_frank_tag"
    """The message carries no frank_aad of 32 bytes, or more than one."""
    CLOCK_AHEAD = "clock_ahead"
    """The room's last timestamp is more than 60 s ahead of the hub's clock; try again later."""
    BAD_INVITE = "bad_invite"
    """The invite is unknown, used up or expired."""
    HANDLE_TAKEN = "handle_taken"
    DEVICE_LIST_REFUSED = "device_list_refused"
    """The signed device list breaks a rule; the message names it."""
    BAD_RESET_CODE = "bad_reset_code"
    """The reset code is unknown, used, expired, or of another account."""
    ACCOUNT_CLOSED = "account_closed"
    """The account was closed by its person; the address, or for a while the handle, is given to nobody else."""
    KEYLOG_DELAYED = "keylog_delayed"
    """The change is taken and waits for the witnesses of the key log; the same request again is harmless."""
    KEYS_LOST = "keys_lost"
    """The log holds a newer version of this label whose value the hub lost; whoever has it may bring it back."""
    KEY_PACKAGE_REFUSED = "key_package_refused"
    UNAVAILABLE = "unavailable"
    """The hub cannot do this now (storage full, shutting down). Nothing was changed."""
    INTERNAL = "internal"
    """A bug of the hub. Nothing was acknowledged."""


MAX_SAID = 500
"""Characters of a refusal's sentence that a device shows and keeps."""


class ErrorBody(msgspec.Struct, omit_defaults=True):
    """JSON body of every answer with a status of 400 or more."""

    code: Code
    message: str
    limit: str | None = None
    retry_after_ms: Count | None = None
    current_epoch: Count | None = None
    room_uri: str | None = None
    reference: str | None = None
    until_ms: Count | None = None
    puzzle: Puzzle | None = None
    """With RESTRICTED: the same request is taken together with the work for this."""


STATUS: dict[Code, int] = {
    Code.MALFORMED: 400,
    Code.UNAUTHENTICATED: 401,
    Code.REPLAYED: 401,
    Code.NOT_ALLOWED: 403,
    Code.NO_CONSENT: 403,
    Code.RESTRICTED: 403,
    Code.BAD_INVITE: 403,
    Code.BAD_RESET_CODE: 403,
    Code.NOT_FOUND: 404,
    Code.CONFLICT: 409,
    Code.WRONG_EPOCH: 409,
    Code.PENDING_REMOVE_OMITTED: 409,
    Code.DIRECT_ROOM_EXISTS: 409,
    Code.HANDLE_TAKEN: 409,
    Code.ACCOUNT_CLOSED: 410,
    Code.TOO_LARGE: 413,
    Code.INVALID_COMMIT: 422,
    Code.NO_FRANK_TAG: 422,
    Code.DEVICE_LIST_REFUSED: 422,
    Code.KEY_PACKAGE_REFUSED: 422,
    Code.TOO_MANY: 429,
    Code.CLOCK_AHEAD: 503,
    Code.KEYLOG_DELAYED: 503,
    Code.KEYS_LOST: 503,
    Code.UNAVAILABLE: 503,
    Code.INTERNAL: 500,
}
"""HTTP status of each code; a test holds it complete."""


class Refusal(Exception):
    """A refusal by name: services raise it, routes and the socket translate it, the client raises it again."""

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        limit: str | None = None,
        retry_after_ms: int | None = None,
        current_epoch: int | None = None,
        room_uri: str | None = None,
        reference: str | None = None,
        until_ms: int | None = None,
        puzzle: Puzzle | None = None,
    ) -> None:
        super().__init__(f"{code.value}: {message}")
        self.body = ErrorBody(
            code=code,
            message=message,
            limit=limit,
            retry_after_ms=retry_after_ms,
            current_epoch=current_epoch,
            room_uri=room_uri,
            reference=reference,
            until_ms=until_ms,
            puzzle=puzzle,
        )

    @property
    def code(self) -> Code:
        return self.body.code
