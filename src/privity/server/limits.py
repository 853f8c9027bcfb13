# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every limit of the hub, with its reason, and the buckets that hold callers to it.

A limit is a bucket of `burst` tokens that wins one back every `refill_ms`. It is kept as one number per caller
(the time at which the bucket is full again), so memory is bounded by `MAX_CALLERS` and a restart only forgives.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from privity.message.sealed_report import MAX_SEALED
from privity.wire.errors import Code, Refusal

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Limit:
    """`per` says whose bucket: of an address, an account, a device, a room, a device in a room, a pair of accounts."""

    burst: int
    refill_ms: int
    per: str
    why: str


LIMITS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        "account.register": Limit(10, 10 * MINUTE, "address", "a family joins at once, a script does not stop"),
        "session.open": Limit(120, SECOND // 2, "address", "each costs a key agreement and a signature check"),
        "session.prove": Limit(30, 2 * SECOND, "device", "a device that reconnects in a loop is broken"),
        "tls.handshake": Limit(
            1_200, SECOND // 20, "address", "each costs a signature; a building comes back at once after a restart"
        ),
        "request": Limit(600, 20, "device", "50 requests a second for good is no person and no bot we serve"),
        "handle.find": Limit(60, 30 * SECOND, "account", "enough to look up friends, too slow to list all handles"),
        "handle.tell": Limit(600, SECOND // 5, "account", "a new device of a busy user meets hundreds of people"),
        "device_list.put": Limit(20, 10 * MINUTE, "account", "each change touches every room of the user"),
        "health.get": Limit(120, SECOND, "address", "a monitor asks every few seconds; the answer is kept for one"),
        "recovery.find": Limit(20, 30 * SECOND, "address", "it answers who has a handle, and shows their lists"),
        "recovery.put": Limit(10, 10 * MINUTE, "address", "nobody loses their last device twice a day"),
        "letter.send": Limit(200, 30 * SECOND, "device", "a device answers 31 others at once, and asks them"),
        "keylog.lookup": Limit(600, SECOND // 5, "account", "a new device of a busy user checks hundreds of people"),
        "keylog.read": Limit(600, SECOND // 50, "address", "who audits fetches one update for each epoch it missed"),
        "keylog.return": Limit(600, SECOND, "account", "a busy device brings back the lists of hundreds of people"),
        "keylog.return_own": Limit(30, MINUTE, "address", "a home comes at once; each costs up to a thousand checks"),
        "key_package.put": Limit(600, SECOND, "device", "a full stock is 100; each costs two signature checks"),
        "key_package.last_resort": Limit(20, HOUR, "device", "one a day of each suite; each is remembered for months"),
        "key_package.claim": Limit(200, 5 * SECOND, "account", "a large room is filled at once, and rarely"),
        "key_package.claim_target": Limit(
            30, 10 * MINUTE, "pair", "one caller must not drain a victim to the last resort"
        ),
        "blob.put": Limit(100, 10 * SECOND, "account", "disk is shared; an album is sent at once"),
        "body.large": Limit(40, 5 * SECOND, "account", "counted before it is read; a film or a report at a time"),
        "blob.get": Limit(1000, SECOND // 10, "account", "history with pictures opens at once"),
        "download.account": Limit(
            4 << 20,
            5,
            "account",
            "in KiB: 4 GiB at once and 16 a day after that; a new device fetches years of pictures",
        ),
        "download.address": Limit(
            32 << 20, 1, "address", "in KiB: 32 GiB at once and 82 a day after that, for a building and whoever audits"
        ),
        "account.stored": Limit(60, 10 * SECOND, "account", "an export asks for each table once; it reads many rows"),
        "block.change": Limit(100, 10 * SECOND, "account", "a list is tidied in one sitting"),
        "contact.ask": Limit(30, 30 * MINUTE, "account", "people meet few others a day; a flood asks everybody"),
        "contact.ask_first_day": Limit(
            10, HOUR, "account", "what a script does first; friends come faster by a code, a link, or by asking you"
        ),
        "contact.ask_first_week": Limit(
            15, 45 * MINUTE, "account", "a script that waited a day; in a week more than people ask in a year"
        ),
        "contact.change": Limit(300, 5 * SECOND, "account", "a list is tidied in one sitting"),
        "contact.get": Limit(120, 2 * SECOND, "device", "a device looks once for each thing that happened"),
        "code.make": Limit(20, MINUTE, "account", "one for each person one stands before"),
        "code.find": Limit(20, 30 * SECOND, "account", "a code is typed a few times; ten bytes are not guessed"),
        "age.set": Limit(10, HOUR, "account", "nobody's age changes often, and a review is work for people"),
        "profile.put": Limit(30, MINUTE, "account", "a picture is chosen a few times"),
        "profile.get": Limit(600, SECOND // 5, "account", "a new device of a busy user shows hundreds of people"),
        "room.create": Limit(30, 2 * MINUTE, "account", "a person starts few rooms; spam starts many"),
        "room.get": Limit(600, SECOND // 5, "device", "a returning device fetches the state of each of its rooms"),
        "room.commit": Limit(120, 2 * SECOND, "device", "the hub checks a commit's tree; races need repeats"),
        "room.commits": Limit(1_200, SECOND, "room", "every device of the largest room enters anew once, at once"),
        "room.leave": Limit(60, 10 * SECOND, "account", "each writes a proposal for everyone in the room"),
        "room.invite": Limit(200, 20 * SECOND, "account", "a large room is filled at once, and rarely"),
        "room.link": Limit(30, 20 * SECOND, "account", "links are made and revoked by hand, and knocks answered so"),
        "room.knock": Limit(10, 10 * MINUTE, "account", "each rings at every device of those in charge"),
        "room.broken": Limit(20, MINUTE, "account", "honest notices are rare"),
        "message.send": Limit(200, SECOND // 10, "device", "a fast typist with receipts never meets it, a flood does"),
        "message.send_room": Limit(600, SECOND // 20, "account", "across all devices of one account"),
        "room.message": Limit(6_000, 10, "room", "a thousand people who talk at once; 100 a second is read by nobody"),
        "room.bytes": Limit(256 * 1024, 82, "room", "in KiB: one GiB a day, which each of its devices has to fetch"),
        "message.send_limited": Limit(10, 10 * SECOND, "account", "what a decision that limits an account leaves it"),
        "typing.send": Limit(20, SECOND, "device", "who writes in more places at once is no person"),
        "typing.send_room": Limit(1, 5 * SECOND, "device in a room", "a notice is shown for eight seconds"),
        "cursors.ack": Limit(
            600, SECOND // 10, "device", "one for each hundred rooms: a device says them once when it has caught up"
        ),
        "frank.attest": Limit(60, 10 * SECOND, "account", "a conversation is handed over once; each costs signatures"),
        "report.submit": Limit(50, 30 * MINUTE, "account", "reports are work for people"),
        "report.moderators": Limit(
            10, 10 * MINUTE, "account", "one can fill sixteen megabytes of inboxes, and is work for people"
        ),
        "report_key.put": Limit(10, HOUR, "device", "a device makes one a week, and one more where its hub lost it"),
        "standing.get": Limit(120, 10 * SECOND, "account", "a device asks once for each statement that it is told of"),
        "notice.page": Limit(120, SECOND, "address", "a page and its style, opened by a building at once"),
        "notice.submit": Limit(
            5, 10 * MINUTE, "address", "a notice takes a person minutes to write and hours to judge"
        ),
        "notice.everybody": Limit(200, 30 * SECOND, "hub", "strangers from many addresses bury no desk"),
        "notice.status": Limit(20, MINUTE, "address", "a code of 160 bits is typed a few times, not guessed"),
        "link.offer": Limit(5, 2 * MINUTE, "address", "a home links a few devices; ten codes are open at most"),
        "link.get": Limit(240, SECOND // 2, "address", "two devices ask once a second; nobody can try out codes"),
        "link.speak": Limit(20, 10 * SECOND, "address", "an opening and a verdict for each link, and repeats"),
        "link.answer": Limit(20, MINUTE, "account", "a person answers one link at a time"),
    }
)
"""The table. A name that is used but not in it is a bug, found by the first call."""

FEW_ACCOUNTS: Final = 100
"""A hub with fewer is one circle, where a newcomer asks everybody: there first days have no limit of their own."""
_FRESH: Final = ((DAY, "contact.ask_first_day"), (7 * DAY, "contact.ask_first_week"))


def fresh_ask(age_ms: int) -> str | None:
    """The limit that an ask of an account of this age takes from, beside `contact.ask`. Both are one bucket."""
    return next((name for until_ms, name in _FRESH if age_ms < until_ms), None)


CHALLENGE_BITS: Final = 18
"""How hard each of the sixteen parts of a puzzle is that a challenged account's device solves: 18 seconds of one core
in Python where it was measured, 15 in a native program, parts of a second on a graphic card. It slows cheap scripts
down, and is no wall."""
PUZZLE_KEPT_MS: Final = 30 * MINUTE
"""How long the work for a puzzle is taken: a slow device needs minutes, and nobody stocks up for a day."""
KEY_PACKAGES_PER_DEVICE: Final = 200
"""Stock per device: more only wastes disk, since claims are limited too."""
MAX_KEY_PACKAGE_BYTES: Final = 16 * 1024
"""A KeyPackage of ours is under 1 KiB, of the post-quantum suite under 3; other clients may list more capabilities."""
MAX_REGISTER_BYTES: Final = 64 * 1024
"""Nobody is known yet when this body is read; a device list has at most 32 KiB."""
MAX_OWN_RETURNS_BYTES: Final = 1 << 20
"""`POST /v1/keylog/own-returns`: a thousand lists of three devices, as much as one address may send at once."""
MAX_BODY_BYTES: Final = 4 << 20
"""JSON request bodies: 200 KeyPackages, or a commit with its Welcome for 1,000 members."""
MAX_BLOB_BYTES: Final = 32 << 20
"""One encrypted attachment; it is held in memory until its MAC has been checked."""
MAX_REPORT_BODY_BYTES: Final = -(-MAX_SEALED // 3) * 4 + 1024
"""`POST /v1/reports`: the largest sealed report in base64, and its JSON. Its number is what limits reports."""
MAX_GROUP_INFO_BYTES: Final = 256 * 1024
"""A GroupInfo without its tree: the participant list of 1,000 people takes a quarter of it."""
MAX_NEW_TREE_BYTES: Final = 16 * 1024
"""The tree of a new room is one leaf, and the writer checks it while everybody's messages wait."""
MAX_ROOMS: Final = 2_000
"""Rooms that somebody is in who makes another: each is kept, up to a quarter of a MiB, as long as somebody is in it."""
MAX_WAITING_BYTES: Final = 64 << 20
"""Messages that wait for a transaction, all together: what a slow disk may cost in memory."""
MAX_STAFF_BYTES: Final = 64 * 1024
"""Whether the desk signed a body is known only once it is read; a thousand timestamps take 16 KiB."""
BODY_S: Final = 30.0
"""Every body has at least this long."""
BODY_PACE: Final = 32 * 1024
"""Bytes a second beyond that: the slowest line that still sends attachments. Who is slower only holds memory."""
BODY_UNDISTURBED_S: Final = 5.0
"""How long a body is read undisturbed where there is no more room: after that the oldest makes way for what is new."""
ACCOUNT_BODIES_BYTES: Final = 16 << 20
"""Bodies of one account under way at once: a commit into the largest room, and beside it what its devices say."""
ALL_BODIES_BYTES: Final = 128 << 20
"""Bodies of all accounts under way at once, but for the large ones."""
ACCOUNT_LARGE_BYTES: Final = 40 << 20
"""Bodies over `MAX_BODY_BYTES` of one account: the largest blob and a photo, or three reports."""
ALL_LARGE_BYTES: Final = 160 << 20
"""Those of all accounts; apart from the others, so that uploads hold up neither photos nor commits."""
ADDRESS_BODIES_BYTES: Final = 1 << 20
"""Bodies of nobody known, from one address: sixteen people in one building register in the same second."""
STRANGER_BODIES_BYTES: Final = 32 << 20
"""Bodies of nobody known, all together; apart from the accounts, so that strangers cannot crowd them out."""
MAX_BLOB_STOCK_BYTES: Final = 2 << 30
"""Bytes of blobs per account."""
FREE_FOR_MESSAGES_BYTES: Final = 256 << 20
"""What blobs leave free of the disk: files end before messages do."""
CLOSED_LISTS_KEPT_MS: Final = 30 * 24 * HOUR
"""How long the lists of a closed account stay for contacts to see it proven: devices look weekly, and whoever is away
for longer than messages wait enters their rooms anew."""
CLOSED_HANDLE_KEPT_MS: Final = 90 * 24 * HOUR
"""How long the handle of a closed account is nobody's: by then people know that it is gone."""
CODES_KEPT_MS: Final = 30 * 24 * HOUR
"""How long invites and reset codes stay after the time until which they work; an unknown one is refused like a used."""
MAX_BLOCKS: Final = 10_000
"""People that one account blocks: nobody meets more, and each is asked for with every contact."""
MAX_ASKS: Final = 200
"""Requests for contact of one account that wait for the other, whether or not there is one."""
MAX_CODES: Final = 5
"""One-time codes of one account that are open at once."""
MAX_INVITATIONS: Final = 1_000
"""Invitations of one account that are open, to all groups: as many as people fit into the largest."""
MAX_SHOWN: Final = 200
"""Requests, or invitations, that a person is shown at once, the oldest first; the next when these are answered."""
MAX_STATEMENTS: Final = 200
"""Statements of reasons that a person is shown at once, the newest."""
MAX_NOTICES_WAITING: Final = 2_000
"""Public notices and their appeals that the desk has not taken yet: 40 MiB, and reports of accounts wait elsewhere."""
MAX_FORM_BYTES: Final = 64 * 1024
"""A public form: its longest fields in percent encoding."""
MAX_GUARDIANS: Final = 2
"""Of one minor: more would be many to ask, and many who see who asks."""
MAX_WARDS: Final = 20
"""Whom one person watches over: a large family, and not a school."""
MAX_LINKS: Final = 10_000
"""Links at once, of all addresses together: a row is at most 40 KiB once answered, and 100 bytes before."""
MAX_LINK_BYTES: Final = 4 * 1024
"""What a new device says while it is being linked: keys, nonces and IDs."""
MAX_PENDING_SOCKETS: Final = 256
"""Connections that have not proven themselves yet: each can make the hub hold one frame, a MiB, for ten seconds."""
MAX_PEERS_OF_ADDRESS: Final = 1_000
"""Connections of one address at once, but for a proxy of our own: a building of people with two devices each."""
MAX_HANDSHAKES: Final = 512
"""TLS handshakes under way, all together: beyond it the oldest of the address that has the most makes way."""
FILES_KEPT_BACK: Final = 768
"""Open files that connections leave to the database, downloads and logs; beyond that a new connection is refused."""
MAX_DOWNLOADS_OF_ACCOUNT: Final = 32
"""Files that one account fetches at once: history with pictures on each of its devices."""
MAX_DOWNLOADS: Final = 512
"""Files that are fetched at once, all together: each is open for as long as its reader takes."""
MAX_INBOX: Final = 4_096
"""What waits in the inbox of one device: beyond it nobody's act puts more there, and repeated notices are folded."""
MAX_INBOX_BYTES: Final = 64 << 20
"""Bytes of that: reports to a moderator who is away for a month, and Welcomes into large rooms."""
MAX_CALLERS: Final = 200_000
"""Buckets kept at once, about 55 MiB; the longest unused go first."""


TOLD_PARTS: Final = 8
"""Other workers hear of each such part of a burst that somebody took: who takes less is not spoken of, and what several
workers give at once beyond one of them is a part for each."""
MAX_HEARD: Final = 10_000
"""What others counted, until something is taken here; the oldest is forgotten first, which only forgives."""


class Limits:
    """The buckets of one hub, or of one of its workers.

    `on_take` is called, in the thread that took, with a limit, a caller, and how much that caller has taken here that
    other workers have not heard of.
    """

    __slots__ = ("_apart", "_full_at", "_heard", "_max_callers", "_now_ms", "_table", "_untold", "_whole", "on_take")

    def __init__(
        self,
        now_ms: Callable[[], int],
        table: Mapping[str, Limit] = LIMITS,
        max_callers: int = MAX_CALLERS,
        whole: Limits | None = None,
    ) -> None:
        self._now_ms = now_ms
        self._table = table
        self._max_callers = max_callers
        self._whole = self if whole is None else whole
        self._apart: list[Limits] = []
        self._full_at: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._untold: dict[tuple[str, str], int] = {}
        self._heard: deque[tuple[str, str, int, int]] = deque(maxlen=MAX_HEARD)
        self.on_take: Callable[[str, str, int], None] | None = None

    def take(self, name: str, caller: str, tokens: int = 1) -> None:
        """Take tokens of `name` from the bucket of `caller` (a URI, or `address_key`), or raise a TOO_MANY Refusal."""
        if self._heard:
            self._count_heard()
        limit = self._table[name]
        now = self._now_ms()
        key = (name, caller)
        full_at = self._full_at.get(key, now)
        full_at = (full_at if full_at > now else now) + tokens * limit.refill_ms
        over = full_at - now - limit.burst * limit.refill_ms
        if over > 0:
            raise Refusal(
                Code.TOO_MANY,
                f"the limit {name} is {limit.burst} at once and one more every {limit.refill_ms} ms",
                limit=name,
                retry_after_ms=over,
            )
        self._keep(key, full_at)
        if self._whole.on_take is not None:
            self._tell(key, tokens, limit, self._whole.on_take)

    def size(self, name: str) -> Limit:
        """What the table says, for whoever keeps a bucket elsewhere."""
        return self._table[name]

    def hear(self, name: str, caller: str, tokens: int) -> None:
        """What another worker gave counts here, from now on: it is counted in the thread that takes next."""
        if name in self._table:  # else it is of another version
            now = self._now_ms()
            for one in (self, *self._apart):
                one._heard.append((name, caller, tokens, now))

    def apart(self) -> Limits:
        """The same limits with buckets of their own, for another thread."""
        one = Limits(self._now_ms, self._table, self._max_callers, self)
        self._apart.append(one)
        return one

    def __len__(self) -> int:
        return len(self._full_at)

    def _count_heard(self) -> None:
        """A caller who got too much, of several workers at once, waits for all of it to be won back."""
        while self._heard:
            name, caller, tokens, heard_ms = self._heard.popleft()
            full_at = self._full_at.get((name, caller), heard_ms)
            self._keep((name, caller), max(full_at, heard_ms) + tokens * self._table[name].refill_ms)

    def _keep(self, key: tuple[str, str], full_at: int) -> None:
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        while len(self._full_at) > self._max_callers:
            gone, _ = self._full_at.popitem(last=False)
            self._untold.pop(gone, None)

    def _tell(self, key: tuple[str, str], tokens: int, limit: Limit, tell: Callable[[str, str, int], None]) -> None:
        untold = self._untold.pop(key, 0) + tokens
        if untold >= limit.burst // TOLD_PARTS:
            tell(*key, untold)
        else:
            self._untold[key] = untold


@lru_cache(maxsize=1024)
def address_key(address: str | None) -> str:
    """The caller name of an address: an IPv4 address, or the /64 of an IPv6 one, since one customer owns all of it."""
    if address is None:
        return "unknown"
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)
