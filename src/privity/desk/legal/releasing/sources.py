# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where the contents of packages come from: the request, its verdict and scope, what was collected, who is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.legal.answers import letters
from privity.desk.legal.answers.languages import wording_of
from privity.desk.legal.answers.model import Release
from privity.desk.legal.answers.rendering import as_html, as_text
from privity.desk.legal.answers.service import matter_of
from privity.desk.legal.collecting import capabilities
from privity.desk.legal.collecting import service as collecting
from privity.desk.legal.errors import LegalError
from privity.desk.legal.notices import service as notices
from privity.desk.legal.releasing import composing, rules
from privity.desk.legal.releasing.errors import NotReady
from privity.desk.legal.releasing.model import Dossier
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import Ground, LegalRequest
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.rulebook.facts import Facts as Known
from privity.desk.legal.rulebook.model import Verdict
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.model import ReceiptFacts
from privity.production import canonical
from privity.production.building import Contents
from privity.production.classes import Releasable
from privity.production.model import Facts, Kind, Operator, Software, ThirdParties

_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True, repr=False)
class Rooms:
    """The rooms of the legal desk, as `office.Sources` asks them."""

    rules: Rules
    operator: Operator
    software: Software
    evidence_key: bytes = field(repr=False)

    def __repr__(self) -> str:
        return f"<Rooms of {self.operator.name}>"

    def production(self, db: Db, request: LegalRequest, now_ms: int) -> Dossier:
        known, verdict = self._judged(db, request)
        scope = requests.scope_of(db, request.number)
        found = collecting.collected(db, self.evidence_key, request.number)
        lists = composing.production(known, verdict, scope, found.held)
        there = frozenset(one.named for one in lists["released"])
        named = tuple(one for one in Releasable if one in found.named & there)
        if not found.named <= set(verdict.named):
            raise NotReady(
                f"request {request.number}: the verdict lets nobody be named in what was collected like this"
            )
        targets = len({line.target for line in scope})
        first = request.agency is None or not requests.released_before(db, request.agency)
        facts = Facts(
            collected_at=rules.time_of(found.collected_ms),
            redactions=found.redactions,
            third_parties=ThirdParties.NAMED_BY_ORDER if named else ThirdParties.PSEUDONYMISED,
            named_in=named,
            notice=notices.state_for(db, request.number, now_ms),
            **self._stated(request, known, verdict, Kind.PRODUCTION),
            **lists,
        )
        contents = Contents(
            tables=tuple(one for one in found.tables if one.named in there),
            evidence={one: files for one, files in found.evidence.items() if one in there},
            provenance=found.provenance,
            words=composing.words(self.rules.rulebook, verdict),
        )
        return Dossier(
            facts,
            contents,
            frozenset(one.data_class for one in verdict.release),
            request.decision,
            rules.weighs(known, there, targets, emergency=request.emergency, first_of_agency=first),
            {
                "targets": targets,
                "accounts": len(found.accounts),
                "rows": sum(len(one.rows) for one in contents.tables),
            },
            found.snapshot_sha256,
        )

    def refusal(self, db: Db, request: LegalRequest, now_ms: int) -> Dossier:
        known, verdict = self._judged(db, request)
        decided = requests.decided_of(db, request.number)
        lists = composing.refusal(known, verdict, [one.value for one in decided.grounds])
        said = self._answer(request, known, verdict, decided.grounds)
        return self._without_data(request, Kind.REFUSAL, known, verdict, lists, said, decided.at_ms)

    def receipt(self, db: Db, request: LegalRequest, hold: int, now_ms: int) -> Dossier:
        known, verdict = self._judged(db, request)
        found = vault.receipt_facts(db, hold)
        if found.request != request.number:
            raise NotReady(f"hold {hold} is of another request than {request.number}")
        lists = composing.receipt(known, [one.value for one in found.classes])
        said = {"preservation.json": msgspec.json.encode(_receipt(found), order="sorted")}
        return self._without_data(request, Kind.PRESERVATION_RECEIPT, known, verdict, lists, said, found.taken_ms)

    def ground(self, db: Db, request: LegalRequest, kind: Kind, hold: int | None, now_ms: int) -> Mapping[str, str]:
        known, verdict = self._judged(db, request)
        found: dict[str, Any] = {
            "facts": dict(known.values),
            "verdict": verdict,
            "decision": request.decision,
            "scope": requests.scope_of(db, request.number),
            "house": [self.operator, self.software, self.rules.rulebook.sha256],
        }
        if kind is Kind.PRODUCTION:
            found["collection"] = collecting.mark_of(db, request.number)
            found["notice"] = _or_why_not(lambda: notices.state_for(db, request.number, now_ms))
        elif hold is not None:
            found["hold"] = _or_why_not(lambda: vault.receipt_facts(db, hold))
        return {name: canonical.sha256(msgspec.json.encode(each, order="sorted")) for name, each in found.items()}

    def _answer(
        self, request: LegalRequest, known: Known, verdict: Verdict, grounds: tuple[Ground, ...]
    ) -> dict[str, bytes]:
        """The refusal in words: on which grounds, and the narrower request that would work."""
        rulebook = self.rules.rulebook
        release = Release(self.software.name, self.software.version, self.software.capabilities_sha256)
        words = wording_of(_LANGUAGE)
        letter = letters.refusal(
            matter_of(rulebook, request, known, verdict, self.operator.name, self.operator.contact),
            verdict,
            grounds,
            rulebook,
            letters.not_held(letters.held_by(rulebook, self.rules.profile), release, words),
            words,
        )
        return {"answer.html": as_html(letter), "answer.txt": as_text(letter).encode()}

    def _judged(self, db: Db, request: LegalRequest) -> tuple[Known, Verdict]:
        known = requests.facts_of(db, self.evidence_key, request.number)
        return known, requests.verdict_of(db, self.evidence_key, request.number)

    def _stated(self, request: LegalRequest, known: Known, verdict: Verdict, kind: Kind) -> dict[str, Any]:
        common = composing.common(request, known, verdict, kind)
        return {**common, "operator": self.operator, "software": self.software}

    def _without_data(
        self,
        request: LegalRequest,
        kind: Kind,
        known: Known,
        verdict: Verdict,
        lists: dict[str, Any],
        said: dict[str, bytes],
        at_ms: int,
    ) -> Dossier:
        facts = Facts(collected_at=rules.time_of(at_ms), **self._stated(request, known, verdict, kind), **lists)
        words = composing.words(self.rules.rulebook, verdict)
        digest = hashlib.sha256(b"".join(hashlib.sha256(said[name]).digest() for name in sorted(said))).hexdigest()
        return Dossier(
            facts,
            Contents(others=said, words=words),
            frozenset(),
            request.decision,
            frozenset(),
            {"targets": len(known.targets()), "accounts": 0, "rows": 0},
            digest,
        )


def software(version: str) -> Software:
    """What made the package, and the hash of the manifest of everything that its collectors can read."""
    return Software("privity", version, None, capabilities.sha256())


def _or_why_not(found: Callable[[], object]) -> object:
    """Or the reason why there is none, which is another than something that there was."""
    try:
        return found()
    except LegalError as err:
        return f"{type(err).__name__}: {err}"


def _receipt(found: ReceiptFacts) -> dict[str, Any]:
    """What an authority may know of a hold: its classes and times, and a hash by which it is recognised later."""
    return {
        "classes": [one.value for one in found.classes],
        "manifest_sha256": found.manifest_sha256.hex(),
        "renewed": found.renewed,
        "taken_at": rules.time_of(found.taken_ms),
        "until": None if found.until_ms is None else rules.time_of(found.until_ms),
    }
