# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every limit of the desk, with its reason beside it."""

from __future__ import annotations

from typing import Final

MAX_SEALED_BYTES: Final = 48 << 20
"""A sealed report the desk looks into: the largest that a device may upload with attachments, and some room."""

MAX_PAGE_BYTES: Final = 256 << 20
"""One answer of `GET reports` (at most 100 reports, base64): beyond this a broken hub would eat our memory."""

MAX_JSON_BYTES: Final = 16 << 20
"""Any other JSON answer; the largest is a long history of device lists."""

MAX_BLOB_BYTES: Final = 128 << 20
"""One attachment: above what any hub of this version stores."""

MAX_ATTACHMENT_BYTES_PER_REPORT: Final = 512 << 20
"""All attachments of one report together: a report that names a thousand large files must not fill the disk."""

MAX_ATTACHMENTS_PER_REPORT: Final = 64
"""Attachments fetched per report; the rest is recorded as not checked. Each costs a request and a decryption."""

MAX_RESTARTS_ON_HUB_BUG: Final = 6
"""How often one report is tried while the hub answers with a bug of its own. Then the report is recorded as undecided
(its evidence kept), because one report must never stop the queue."""

REQUEST_TIMEOUT_S: Final = 60
"""For one whole answer: a blob of the largest size over a slow line."""

CONNECT_TIMEOUT_S: Final = 10
"""For a connection: the hub is near or on this machine."""

FIRST_BACKOFF_S: Final = 0.5
"""The first pause after the hub did not answer: a restart of the hub takes about that long."""

MAX_BACKOFF_S: Final = 60.0
"""The longest pause: nobody should wait more than a minute once the hub is back."""

MAX_REASON_CHARS: Final = 1000
"""Length of a reason for opening evidence: sentences, not files."""

MAX_WHO_CHARS: Final = 200
"""Length of the name of the one who opens."""

MAX_DETAIL_CHARS: Final = 300
"""Length of the recorded reason of a verdict; details are our own sentences and never quote content."""

MIN_POLL_S: Final = 0.05
"""Shortest poll interval: below this an idle desk would keep the hub busy."""

MAX_POLL_S: Final = 3600.0
"""Longest poll interval: a report waits no more than an hour."""

MAX_LISTED: Final = 10_000
"""Reports listed at once: a terminal page, not a data dump."""
