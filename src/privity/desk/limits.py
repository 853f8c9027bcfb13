# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every limit of the desk, with its reason beside it."""

from __future__ import annotations

from typing import Final

from privity.message.sealed_report import MAX_SEALED
from privity.wire.staff import RELAYED, RELAYED_BYTES

MAX_SEALED_BYTES: Final = MAX_SEALED
"""A sealed report that is kept as it came: nothing larger can be a report."""

MAX_PAGE_BYTES: Final = max(RELAYED_BYTES, MAX_SEALED) * 4 // 3 + RELAYED * 4096
"""One answer of `GET reports`: what a hub may put into one, in base64. Any less, and large reports could stop the
queue."""

MAX_JSON_BYTES: Final = 16 << 20
"""Any other JSON answer; the largest is a long history of device lists."""

MAX_BLOB_BYTES: Final = 128 << 20
"""One attachment: above what any hub of this version stores."""

MAX_ATTACHMENT_BYTES_PER_REPORT: Final = 256 << 20
"""All attachments of one report together: one that names a thousand large files must fill neither memory nor disk."""

MAX_ATTACHMENTS_PER_REPORT: Final = 64
"""Attachments fetched per report; the rest is recorded as not checked. Each costs a request and a decryption."""

MAX_TRIES_PER_REPORT: Final = 12
"""How often one report is tried while the hub hands out reports but fails on this one (about six minutes). Then it is
recorded as undecided, its sealed bytes kept, because one report must never stop the queue."""

MAX_PROOF_BYTES: Final = 16 << 20
"""One answer of the key log: 256 versions of the longest list with their dates, twice over in base64."""

REQUEST_TIMEOUT_S: Final = 600
"""For one whole answer: a full page of the largest reports over a slow line."""

READ_TIMEOUT_S: Final = 30
"""Without a single byte: the hub is gone."""

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

MAX_NUMBER: Final = (1 << 53) - 1
"""Times from the hub: any reader of JSON holds them exactly."""

MAX_RECEIPT_CHARS: Final = 256
"""A receipt is a word for people to quote."""
