# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The office of a running desk, out of what its configuration names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privity.desk.config import DeskConfig
from privity.desk.errors import KeysInvalid
from privity.desk.keys import DeskKeys, read_key
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.releasing.rules import time_of
from privity.desk.legal.releasing.sealing import Seal
from privity.desk.legal.releasing.sources import Rooms, software
from privity.desk.legal.requests.office import rules_of
from privity.desk.staff.ceremony import Place
from privity.production.envelope import KeySigner
from privity.production.model import Operator, Use
from privity.tlog.verifier_key import VerifierKey


def office_of(
    config: DeskConfig, keys: DeskKeys, log: VerifierKey, now_ms: int, random: Callable[[int], bytes]
) -> Office | None:
    """None where the configuration says nothing of releases, or there are no pages on which people could approve any.

    A key that is used for the first time is valid from now on; what is published says since when each was used.
    Raises KeysInvalid, or what keeps profile and rulebook from being read.
    """
    if config.legal is None or config.legal.releasing is None or not config.console_url:
        return None
    legal, releasing = config.legal, config.legal.releasing
    operator = Operator(releasing.operator, legal.contact, hashlib.sha256(_bytes(legal.profile)).hexdigest())
    made_by = software(version("privity"))
    return Office(
        place=Place(config.console_url, urlsplit(config.console_url).hostname or ""),
        service=_signer(Use.SERVICE, releasing.service_key, now_ms),
        legal_team=_signer(Use.LEGAL_TEAM, releasing.legal_team_key, now_ms),
        seal=Seal(_bytes(releasing.letter_key), _bytes(releasing.letter_certificate)),
        log=log,
        roots=_bytes(releasing.tsa_roots),
        stamping_url=releasing.tsa_url,
        published=releasing.published,
        third_approver=releasing.third_approver,
        sources=Rooms(rules_of(legal), operator, made_by, keys.evidence),
        evidence_key=keys.evidence,
        random=random,
        witnesses=tuple(one.key for one in config.audit_witnesses),
    )


def _signer(use: Use, path: Path, now_ms: int) -> KeySigner:
    private = Ed25519PrivateKey.from_private_bytes(read_key(path, made_by="privity legal make-release-keys"))
    return KeySigner(use, private, time_of(now_ms))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise KeysInvalid(
            f"cannot read {path.name}: {err.strerror}; docs/operators has releasing.md and"
            " legal-requests.md, which say what belongs there"
        ) from None
