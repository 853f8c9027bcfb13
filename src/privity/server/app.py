# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub as an aiohttp application: middlewares, then the routes of every slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aiohttp import web

from privity.server.accounts import routes as accounts
from privity.server.ages import routes as ages
from privity.server.blobs import routes as blobs
from privity.server.blocks import routes as blocks
from privity.server.contacts import routes as contacts
from privity.server.context import HubContext
from privity.server.devices import routes as devices
from privity.server.downloads import counted
from privity.server.guardians import routes as guardians
from privity.server.health import routes as health
from privity.server.invites import routes as invites
from privity.server.keylog import routes as keylog
from privity.server.keylog.publisher import publishing, stop_waiting
from privity.server.keypackages import routes as keypackages
from privity.server.limits import MAX_BLOB_BYTES
from privity.server.links import routes as links
from privity.server.notices import routes as notices
from privity.server.observing import routes as observing
from privity.server.profiles import routes as profiles
from privity.server.reports import routes as reports
from privity.server.sessions.requests import authenticate
from privity.server.shedding import shedding
from privity.server.standing import routes as standing
from privity.server.stored import routes as stored
from privity.server.web import errors


class Slice(Protocol):
    """A `routes` module."""

    def routes(self, context: HubContext) -> list[web.RouteDef]: ...


SLICES: tuple[Slice, ...] = (
    accounts,
    devices,
    keylog,
    keypackages,
    blobs,
    invites,
    blocks,
    links,
    stored,
    ages,
    profiles,
    contacts,
    guardians,
    standing,
    notices,
    health,
)


def build_app(context: HubContext, slices: Sequence[Slice] = SLICES) -> web.Application:
    """All of the hub over one context, the publisher of the key log included.

    Bodies over a route's own limit are refused before they are read.
    """
    layers = [errors(context.metrics), shedding(context), authenticate(context), counted(context)]
    app = web.Application(middlewares=layers, client_max_size=MAX_BLOB_BYTES)
    for part in slices:
        app.add_routes(part.routes(context))
    app.cleanup_ctx.append(publishing(context))
    app.cleanup_ctx.append(observing.ending_windows(context))
    app.on_shutdown.append(stop_waiting(context))
    app.on_shutdown.append(reports.stop_waiting(context))
    app.on_shutdown.append(observing.stop_waiting(context))
    return app
