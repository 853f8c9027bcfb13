# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the pages of referrals need beside the database: the drivers, and the hub's word on an account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from privity.desk.clearinghouse.drafting import Desk
from privity.wire.staff import AccountFacts


@dataclass(frozen=True, slots=True)
class Referrals:
    """`account` asks the hub what it keeps about somebody; raises HubError or Refusal."""

    desk: Desk
    account: Callable[[str], Awaitable[AccountFacts]] = field(repr=False)
