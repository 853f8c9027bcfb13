# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The counts of one hub. Labels are error codes of the API and kinds of observations: nobody and no room can
stand in one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from privity.wire.errors import Code
from privity.wire.observed import ObservedKind

COMMIT_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""From a commit in a small room to one that adds a thousand members."""


class Metrics:
    """Slices count here as things happen; `service` fills in what is only looked at when somebody asks."""

    __slots__ = (
        "_commit_seconds",
        "_observed",
        "_refused",
        "blob_bytes",
        "connections",
        "forgotten",
        "keylog_age_seconds",
        "keylog_delayed",
        "keylog_epochs",
        "keylog_lost",
        "keylog_waiting",
        "keylog_witness_failures",
        "keylog_witnesses",
        "messages_accepted",
        "messages_waiting",
        "observed_age_seconds",
        "observed_lost",
        "overdue",
        "registry",
        "reports_waiting",
        "writes_waiting",
    )

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a time beside each count says nothing more
        self.registry = CollectorRegistry()
        to = self.registry
        self.messages_accepted = Counter(
            "privity_messages_accepted", "Messages acknowledged to their senders, repeats included.", registry=to
        )
        refused = Counter("privity_refused", "Requests, messages and connections refused.", ["code"], registry=to)
        self._refused = {code: refused.labels(code.value) for code in Code}
        self._commit_seconds = Histogram(
            "privity_commit_seconds",
            "From the request to the answer of an accepted commit; the count is the number of commits.",
            buckets=COMMIT_SECONDS,
            registry=to,
        )
        self.connections = Gauge("privity_connections", "Devices that are connected and proven.", registry=to)
        self.messages_waiting = Gauge("privity_messages_waiting", "Messages that wait to be stored.", registry=to)
        self.writes_waiting = Gauge("privity_writes_waiting", "Transactions that wait for the writer.", registry=to)
        self.blob_bytes = Gauge("privity_blob_bytes", "Bytes of stored blobs.", registry=to)
        self.keylog_epochs = Counter("privity_keylog_epochs", "Epochs of the key log published.", registry=to)
        self.keylog_delayed = Counter(
            "privity_keylog_delayed", "Times that an epoch missed its quorum and had to wait.", registry=to
        )
        self.keylog_witness_failures = Counter(
            "privity_keylog_witness_failures", "Times that a witness did not answer or cosign.", registry=to
        )
        self.keylog_witnesses = Gauge(
            "privity_keylog_witnesses", "Witnesses that have cosigned the newest epoch.", registry=to
        )
        self.keylog_waiting = Gauge("privity_keylog_waiting", "Changes that wait for the key log.", registry=to)
        self.keylog_lost = Gauge(
            "privity_keylog_lost", "Published values that the database lost and nobody has brought back.", registry=to
        )
        self.keylog_age_seconds = Gauge(
            "privity_keylog_age_seconds", "Age of the newest published epoch; devices refuse a day.", registry=to
        )
        self.reports_waiting = Gauge(
            "privity_reports_waiting", "Sealed reports that the desk has not taken yet.", registry=to
        )

        observed = Counter("privity_observed", "Observations kept for the desk.", ["kind"], registry=to)
        self._observed = {kind: observed.labels(kind.value) for kind in ObservedKind}
        self.observed_lost = Counter(
            "privity_observed_lost", "Windows of messages let go, because no desk asked for those before.", registry=to
        )
        self.observed_age_seconds = Gauge(
            "privity_observed_age_seconds", "How long the oldest observation waits for the desk.", registry=to
        )

        self.forgotten = Counter("privity_forgotten", "Rows that went because their time was over.", registry=to)
        self.overdue = Gauge(
            "privity_overdue", "Rows whose time is over and that the last hourly pass has left.", registry=to
        )

    def refused(self, code: Code) -> None:
        self._refused[code].inc()

    def observed(self, kind: ObservedKind, count: int) -> None:
        self._observed[kind].inc(count)

    @contextmanager
    def commit_timed(self) -> Iterator[None]:
        """A commit that is refused inside is not counted here."""
        started = perf_counter()
        yield
        self._commit_seconds.observe(perf_counter() - started)
