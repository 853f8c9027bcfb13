# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody has to look at that stands in no queue: escalated, refused by the hub, or never opened."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from privity.desk.audit.cosigned import contradictions
from privity.desk.console.asked import Asked
from privity.desk.console.pages import page
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Escalation
from privity.desk.intake import unopened
from privity.desk.retention import clock as retention_clock
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.tlog.verifier_key import KeyKind, VerifierKey


async def _attention(asked: Asked, acting: Acting) -> web.Response:
    log_key = VerifierKey.of(asked.config.audit_name, KeyKind.ED25519, asked.keys.audit)
    return asked.html(
        "attention.html",
        escalated=[(to, decisions.escalated(asked.db, acting, to)) for to in Escalation],
        refused=decisions.refused_effects(asked.db, acting),
        contradicted=contradictions(asked.db, log_key),
        doubted=retention_clock.alarm(asked.db),
        unopened=unopened.waiting(asked.db) if Right.SEE_QUEUE in acting.rights else 0,
    )


PAGES: Final = (page("GET", "/attention", Right.SEE_CASE, _attention),)
