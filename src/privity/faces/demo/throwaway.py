# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What closes the stores of devices that live for a minute: a passphrase that anybody can read here, and no work."""

from __future__ import annotations

from typing import Final

from privity.client.store.header import Cost

PASSPHRASE: Final = "an invented passphrase"  # noqa: S105 - nothing of value is behind it
COST: Final = Cost(time=1, memory_kib=8, lanes=1)
"""The least Argon2id there is: who has read this file needs no guess. Demo and drill give it, and nothing else does."""
