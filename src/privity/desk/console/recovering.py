# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Vouching for a colleague who lost every passkey; each of two vouchers is shown half of a code."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.pages import Page, page
from privity.desk.console.staff import Why, half_page
from privity.desk.staff import recovery
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right


async def _vouch(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Why)
    asked.fresh(f"vouch staff:{number}")
    return half_page(asked, recovery.vouch(asked.db, acting, number, form.reason, asked.now_ms, asked.random))


PAGES: Final[tuple[Page, ...]] = (page("POST", "/staff/{number}/vouch", Right.RECOVER_STAFF, _vouch),)
