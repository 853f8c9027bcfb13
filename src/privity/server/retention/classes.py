# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The classes of data whose time ends, each with the longest that a row of it may stay, as one table.

`delivery.retention` deletes; here stands what must be gone then, asked in SQL of its own. So a step that forgets to
delete is found out, by the job itself and by `privity admin retention`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.identity.room_links import KNOCK_MS
from privity.message.franking import PERIOD_MS
from privity.server.contacts.model import ASK_KEPT_MS, MEETING_KEPT_MS
from privity.server.limits import CLOSED_HANDLE_KEPT_MS, CLOSED_LISTS_KEPT_MS, CODES_KEPT_MS, HOUR
from privity.server.links.model import KEPT_MS as LINK_KEPT_MS
from privity.server.notices.model import KEPT_MS as NOTICE_KEPT_MS
from privity.server.standing.model import EFFECT_KEPT_MS, STATEMENT_KEPT_MS
from privity.wire.observed import KEPT_MS as OBSERVED_KEPT_MS

FRAMES_KEPT_MS: Final = 30 * PERIOD_MS
"""How long a message waits for a device that is away; after that the device enters its rooms anew."""
SLACK_MS: Final = 2 * HOUR
"""The job runs hourly: what is due for longer shows that it does not."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of `table` for which `due` holds have to be gone; `?1` in it is the time `kept_ms` ago.

    None for `kept_ms` is the report window, which the configuration says.
    """

    data: str
    what: str
    kept_ms: int | None
    table: str
    due: str

    def before_ms(self, now_ms: int, window_days: int) -> int:
        return now_ms - (window_days * PERIOD_MS if self.kept_ms is None else self.kept_ms)


CLASSES: Final = (
    Kept(
        "messages",
        "sealed messages that wait for a device",
        FRAMES_KEPT_MS,
        "event",
        "frame IS NOT NULL AND ts_ms < ?1",
    ),
    Kept("events", "when something happened in a room", None, "event", "frame IS NULL AND ts_ms < ?1"),
    Kept("participation", "who was in a room, once they are out", None, "participation", "until_ms < ?1"),
    Kept("trees", "public trees for those who enter a room", FRAMES_KEPT_MS, "room_tree", "ts_ms < ?1"),
    Kept("invites", "invites that work no more", CODES_KEPT_MS, "invite", "expires_ms < ?1"),
    Kept("reset codes", "reset codes that work no more", CODES_KEPT_MS, "reset_code", "expires_ms < ?1"),
    Kept("contact codes", "one-time codes for a contact", 0, "contact_code", "expires_ms < ?1"),
    Kept("asks", "requests for contact", ASK_KEPT_MS, "contact_ask", "asked_ms < ?1"),
    Kept("invitations", "invitations into a room", ASK_KEPT_MS, "invitation", "invited_ms < ?1"),
    Kept("invitation refusals", "that a person said no to a room", ASK_KEPT_MS, "invitation_no", "at_ms < ?1"),
    Kept("refusals", "that a person said no to another", ASK_KEPT_MS, "contact_no", "at_ms < ?1"),
    Kept("meetings", "codes that were used and not checked yet", MEETING_KEPT_MS, "contact_meeting", "met_ms < ?1"),
    Kept("room links", "links into a room", 0, "room_link", "expires_ms < ?1"),
    Kept("knocks", "knocks at a room", KNOCK_MS, "knock", "came_ms < ?1"),
    Kept("device links", "attempts to link a device", LINK_KEPT_MS, "link", "expires_ms < ?1"),
    Kept("restrictions", "restrictions that are over", 0, "restriction", "until_ms < ?1"),
    Kept("marks", "marks of accounts that ended while barred", 0, "barred", "until_ms < ?1"),
    Kept("challenges", "challenges that are over", 0, "challenge", "until_ms < ?1"),
    Kept("puzzles", "puzzles whose work was taken", 0, "spent_puzzle", "until_ms < ?1"),
    Kept("statements", "statements of reasons", STATEMENT_KEPT_MS, "statement", "at_ms < ?1"),
    Kept("warnings", "warnings", STATEMENT_KEPT_MS, "warning", "at_ms < ?1"),
    Kept("effects", "what the desk had the hub do", EFFECT_KEPT_MS, "staff_effect", "at_ms < ?1"),
    Kept("observations", "what accounts did, for the rules of the desk", OBSERVED_KEPT_MS, "observed", "at_ms < ?1"),
    Kept(
        "notices",
        "public notices of which nothing more was said",
        NOTICE_KEPT_MS,
        "notice",
        "received_ms < ?1"
        " AND NOT EXISTS (SELECT 1 FROM notice_line l WHERE l.receipt = notice.receipt AND l.at_ms >= ?1)",
    ),
    Kept(
        "closed handles",
        "marks of the handles of closed accounts",
        CLOSED_HANDLE_KEPT_MS,
        "closed_account",
        "handle IS NOT NULL AND closed_ms < ?1",
    ),
    Kept(
        "closed lists",
        "device lists of closed accounts",
        CLOSED_LISTS_KEPT_MS,
        "kl_value",
        "label IN (SELECT label FROM closed_account WHERE label IS NOT NULL AND closed_ms < ?1)",
    ),
    Kept(
        "attachments",
        "encrypted attachments that no account owns",
        0,
        "blob",
        "stored_ms < ?1 AND NOT EXISTS (SELECT 1 FROM blob_owner o WHERE o.sha256 = blob.sha256)",
    ),
)
