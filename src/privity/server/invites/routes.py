# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invites have no routes: the operator makes them on the hub's machine, and `POST /v1/accounts` uses them."""

from __future__ import annotations

from aiohttp import web

from privity.server.context import HubContext


def routes(context: HubContext) -> list[web.RouteDef]:
    return []
