# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A key to which reports are sealed, as the hub keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeptKey:
    """`key` is an encoded `identity.report_key.ReportKey`, and `number` the one in it."""

    client_uri: str
    number: int
    key: bytes
