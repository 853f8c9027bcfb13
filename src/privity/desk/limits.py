# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every limit of the desk, with its reason beside it."""

from __future__ import annotations

from typing import Final

from privity.message.sealed_report import MAX_SEALED
from privity.wire.collect import MAX_BYTES
from privity.wire.staff import RELAYED, RELAYED_BYTES

MAX_SEALED_BYTES: Final = MAX_SEALED
"""A sealed report that is kept as it came: nothing larger can be a report."""

MAX_PAGE_BYTES: Final = max(RELAYED_BYTES, MAX_SEALED) * 4 // 3 + RELAYED * 4096
"""One answer of `GET reports`: what a hub may put into one, in base64. Any less, and large reports could stop the
queue."""

MAX_JSON_BYTES: Final = 16 << 20
"""Any other JSON answer; the largest is a long history of device lists."""

MAX_COLLECTED_BYTES: Final = MAX_BYTES * 4
"""One answer of `POST collect`: the values that a hub may put into it, with what JSON adds to many small ones."""

MAX_OLDER_KEYS: Final = 8
"""Intake keys of before: each is tried on what names another key than the desk's own."""

MAX_BLOB_BYTES: Final = 128 << 20
"""One attachment: above what any hub of this version stores."""

MAX_ATTACHMENT_BYTES_PER_REPORT: Final = 256 << 20
"""All attachments of one report together: one that names a thousand large files must fill neither memory nor disk."""

MAX_ATTACHMENTS_PER_REPORT: Final = 64
"""Attachments fetched per report; the rest is recorded as not checked. Each costs a request and a decryption."""

MAX_BATCH_BYTES: Final = 64 << 20
"""Evidence that waits in memory for the transaction of its page: then what there is of the page is written."""

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

MAX_EXCHANGE_WAIT_S: Final = 60.0
"""All pauses together that an exchange of hashes can ask for (`Retry-After`) in one step of a pull: a step stays within
the five minutes for which a list is held for whoever pulls it. The library would wait for hours, again and again. An
exchange that wants more is asked by the next pull."""

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

MAX_DEADLINE_HOURS: Final = 8760
"""The longest that an operator lets a case wait: a year."""

MAX_LISTED: Final = 10_000
"""Reports listed at once: a terminal page, not a data dump."""

MAX_NUMBER: Final = (1 << 53) - 1
"""Times from the hub: any reader of JSON holds them exactly."""

MAX_RECEIPT_CHARS: Final = 256
"""A receipt is a word for people to quote."""

SESSION_IDLE_MS: Final = 30 * 60_000
"""A browser that nobody used for half an hour is signed out: somebody may have left it open."""

SESSION_MS: Final = 12 * 3_600_000
"""A session ends after a working day, however busy it is."""

SESSION_SEEN_MS: Final = 60_000
"""How often the time of the last request is written: idleness is counted in minutes."""

CLOCK_BACK_MS: Final = 60_000
"""How far the clock may be set back without signing anybody out; further, and a session would outlive its day."""

CODE_MS: Final = 72 * 3_600_000
"""A one-time code lasts a weekend."""

CODE_TRIES: Final = 20
"""Wrong codes that are looked at within CODE_TRIES_MS, from everybody together."""

CODE_TRIES_MS: Final = 60_000
"""The minute in which they are counted. A code has 160 bits; this keeps the noise down."""

CHALLENGE_MS: Final = 5 * 60_000
"""A question to a passkey is answered within five minutes, or asked again."""

MAX_ANSWERED: Final = 100_000
"""Answers of passkeys that are remembered until they are too old, right ones and wrong ones: some 20 MB."""

VOUCH_MS: Final = 24 * 3_600_000
"""The second voucher comes within a day of the first: both have spoken with the one who lost a passkey."""

PROPOSAL_MS: Final = 7 * 24 * 3_600_000
"""What one admin asked for waits a week for another one: they may be away, and an old wish may be nobody's any more."""

MAX_RESEND_MS: Final = 350 * 24 * 3_600_000
"""How far back what the hub has done is sent to it again: it knows for a year that something was done."""

MAX_NAME_CHARS: Final = 80
"""Length of a colleague's name or of a passkey's label: a line on the screen."""

MAX_PASSKEYS: Final = 10
"""Passkeys of one person: as many as they may own devices and keys."""

MAX_CEREMONY_BYTES: Final = 16 << 10
"""What a browser answers for a passkey: a few hundred bytes, a few thousand with a chain of certificates."""

MAX_VIEWS: Final = 1000
"""Pictures of evidence a day that a configuration may allow one person: more is no limit."""

EXPOSURE_KEPT_MS: Final = 2 * 86_400_000
"""How long a view of a picture is remembered for the limit of a day, by a time that was believed a day before; the
audit log keeps it for ever."""

MAX_PAUSE_S: Final = 86_400
"""The longest pause between pictures that a configuration may ask for."""

AGENCY_IDLE_DAYS: Final = 90
"""Through so many days after it was last used an account of an agency files without being looked at anew."""

AGENCY_YEAR_DAYS: Final = 365
"""Through so many days after it was attested an agency files."""

ROUND_DAYS: Final = 30
"""What was looked up of an agency is confirmed within so many days, or looked up anew."""

CHECK_WRONG: Final = 5
"""Wrong codes of one check by mail or telephone: then another one is made."""

DEED_MS: Final = 5 * 60_000
"""How long after it was asked what a supervisor or an officer signs counts."""

REQUEST_SEEN_DAYS: Final = 90
"""How long it is kept from where a request came, if nobody has called back."""

HABIT_DAYS: Final = 365
"""How long a device, a country and an hour count as an officer's own after they were last seen."""

MAX_INDICATORS: Final = 10_000
"""Indicators of fraud in one file and in all: each costs a hash wherever something is compared."""

MAX_SOURCE_CHARS: Final = 500
"""Length of the address or the words of an entry in an official register."""

MAX_AGENCY_NAME_CHARS: Final = 200
"""Length of an agency's name: courts have long ones."""

CONFIRMED_MS: Final = 30 * 24 * 3_600_000
"""So long members of a campaign that two people confirmed carry a word that rules read. A campaign has other ways by
then, and who was drawn in is not marked for longer than a month; people look anew at what goes on."""

CONFIRMED_YOUNGER_MS: Final = 60 * 24 * 3_600_000
"""Only accounts that were made within this time carry it: accounts for a campaign are made for it, and what is older is
somebody's own that was drawn in or taken over. The shipped rule that reads the word asks for the same."""

CONFIRM_WITHIN_MS: Final = 7 * 24 * 3_600_000
"""How long after it was found last a campaign is confirmed: what it rests on is kept for as long."""
