# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every limit of a witness, with its reason beside it."""

from __future__ import annotations

from typing import Final

BODY_S: Final = 10
"""For a whole request body: a hundred kilobytes at most, from a log that wants an answer."""

IDLE_S: Final = 75
"""How long a connection may stay open without a request: a log that publishes once a minute keeps its own."""

DRAIN_S: Final = 10
"""How long requests under way may take after SIGTERM."""

MAX_WAITING: Final = 8
"""Requests for one log that wait for each other: a log sends one at a time; more are repetitions."""

MAX_UPDATE: Final = 8 << 20
"""Bytes of one epoch of the feed: tens of thousands of new keys at once, far more than any self-hosted hub has."""

FETCH_S: Final = 10
"""For one epoch of the feed."""

AUDIT_S: Final = 3.0
"""How long one request waits for the audit, which goes on without it: logs wait a few seconds for an answer."""

MAX_PAUSE_S: Final = 10
"""The longest pause that a hub can ask for between two epochs, when it limits how fast it shows them."""

TRIES: Final = 5
"""How often an epoch is asked for while the hub says that it comes too fast."""

AHEAD: Final = 8
"""Epochs fetched at once while catching up: enough to hide the way to the hub, and no load for it."""

KEEP_DAYS: Final = 30
"""How long updates are kept unless the configuration says otherwise: whoever has backups has one of this month."""

MAX_KEPT: Final = 256 << 20
"""Bytes of the updates of one log that are kept, and of those that wait to be cosigned: hundreds of thousands of epochs
of a change each, which is more than a month of any self-hosted hub."""

MAX_READING: Final = 2
"""Updates of one log that are read at once: strangers may ask for any number, and audits need the same threads."""

MAX_EVIDENCE: Final = 16
"""Pairs kept of each kind for each log: one of two roots settles the matter, and a liar could make any number."""

MAX_STATE: Final = 1 << 20
"""Bytes of a state file: a note and an audit state, both far smaller."""
