# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which witness, and where it answers: as it stands in a configuration, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.cosigners.errors import BadWitness, PlainWitness
from privity.tlog.errors import BadVerifierKey
from privity.tlog.verifier_key import KeyKind, VerifierKey
from privity.wire.hub_url import BadHubUrl, PlaintextUrl, check_hub_url


@dataclass(frozen=True, slots=True)
class WitnessAt:
    """A witness and where it answers."""

    key: VerifierKey
    audits: bool
    url: str


def witness_at(key: str, url: str, *, audits: bool) -> WitnessAt:
    """As it stands in a configuration. Raises BadWitness or PlainWitness."""
    try:
        own, address = VerifierKey.decode(key), check_hub_url(url)
    except BadVerifierKey as err:
        raise BadWitness(f"key: {err}") from None
    except PlaintextUrl as err:
        raise PlainWitness(f"url {err}") from None
    except BadHubUrl as err:
        raise BadWitness(f"url {err}") from None
    if own.kind is not KeyKind.COSIGNATURE:
        raise BadWitness(f"the key of {own.name} is a log's, expected that of a witness")
    return WitnessAt(own, audits, address)


def check_distinct(witnesses: Sequence[WitnessAt]) -> None:
    """Raise BadWitness where one stands twice, by its name or by its key."""
    keys = [(one.key.name, one.key.public) for one in witnesses]
    if len({name for name, _ in keys}) < len(keys) or len({public for _, public in keys}) < len(keys):
        raise BadWitness("a name or a key occurs twice")
