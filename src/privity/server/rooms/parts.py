# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What rooms, invitations, delivery, letters, franking, reports and staff hold between calls, put together once by
`main`.

parts = make_parts(keys, now_ms, random, report_window_days)
context = HubContext(..., hooks=parts.hooks)
app = build_app(context, (*SLICES, parts))
# hourly: await delivery.retention.maintain(context, parts.franker); at the end: shut_down(parts)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from privity.server.attesting import routes as attesting_routes
from privity.server.context import HubContext
from privity.server.delivery import routes as delivery_routes
from privity.server.delivery.accepting import Terms
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.service import Inlet, Submissions
from privity.server.franking.model import Franker
from privity.server.franking.store import PeriodKeys
from privity.server.invitations import routes as invitations_routes
from privity.server.keys import HubKeys
from privity.server.knocks import routes as knocks_routes
from privity.server.letters import routes as letters_routes
from privity.server.observing.service import tally_of
from privity.server.reports import routes as reports_routes
from privity.server.room_reports import routes as room_reports_routes
from privity.server.rooms import franking_agent
from privity.server.rooms import routes as rooms_routes
from privity.server.rooms.departures import Proposer, RoomHooks
from privity.server.rooms.groups import GroupCache
from privity.server.staff import routes as staff_routes
from privity.wire.errors import Code


@dataclass(frozen=True, slots=True)
class RoomParts:
    fanout: Fanout
    proposer: Proposer
    franker: Franker
    hooks: RoomHooks
    route: Callable[[Submissions], Inlet] | None = None
    """Where several processes are one hub: what leads messages to the one that owns their room."""

    def routes(self, context: HubContext) -> list[web.RouteDef]:
        """The routes of all these slices: to `server.app.build_app` this object is one slice more."""
        rekey = partial(franking_agent.propose_in, proposer=self.proposer)
        owned = None if context.sharing is None else context.sharing.owned
        terms = Terms(self.franker, rekey, context.limits.apart(), owned)
        submissions = Submissions(context.db, self.fanout, terms, context.now_ms, context.metrics, tally_of(context))
        context.load.watch(lambda: len(submissions))
        return [
            *rooms_routes.routes(context, self.proposer),
            *invitations_routes.routes(context, self.proposer.cache),
            *knocks_routes.routes(context, self.proposer),
            *delivery_routes.routes(
                context, self.fanout, submissions if self.route is None else self.route(submissions)
            ),
            *letters_routes.routes(context, self.fanout),
            *reports_routes.routes(context),
            *room_reports_routes.routes(context, self.proposer),
            *attesting_routes.routes(context, self.franker),
            *staff_routes.routes(context, self.fanout, self.franker, self.proposer),
        ]


def make_parts(
    keys: HubKeys, now_ms: Callable[[], int], random: Callable[[int], bytes], report_window_days: int
) -> RoomParts:
    """Everything that is needed before there is a context."""
    fanout = Fanout()
    cache = GroupCache(keys.franking_public)
    proposer = Proposer(keys.external_sender, cache, fanout, now_ms, keys.franking_public)
    franker = Franker(keys.franking, keys.franking_public, PeriodKeys(keys.periods, random), report_window_days)
    return RoomParts(fanout, proposer, franker, RoomHooks(proposer))


def shut_down(parts: RoomParts) -> None:
    """Tell every device that the hub goes away; they resume by cursor."""
    parts.fanout.close_all(Code.UNAVAILABLE, "the hub is shutting down")
