# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity ages`: what an operator decides about ages and guardians, also while the hub runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import App, Parameter

from privity.server import init
from privity.server.ages import service
from privity.server.contacts import telling
from privity.server.context import NoDeviceHooks
from privity.server.db.database import Tx
from privity.server.delivery.model import Effect
from privity.server.errors import HubError
from privity.wire.age import AgeBand

T = TypeVar("T")
Config = Annotated[Path, Parameter(name="--config", help="The file that `privity init` wrote.")]
Named = Annotated[str, Parameter(help="The handle of the account.")]
DEFAULT = Path("privity.toml")

app = App(
    name="ages",
    help="Decide who is treated as an adult, and end who watches over whom.\n\n"
    "Example: privity ages list --config home/privity.toml",
    help_format="plaintext",
)


class Decided(StrEnum):
    """What an operator can say."""

    ADULT = "adult"
    MINOR = "minor"


class Later:
    """The hub's own process is another: its devices find what is new in their inboxes."""

    def apply(self, effects: Iterable[Effect]) -> None:
        return None


class BesideTheHub(NoDeviceHooks):
    """Tells people through their inboxes."""

    def contacts_changed(self, tx: Tx, user_uris: Sequence[str]) -> None:
        telling.tell(tx, Later(), user_uris)


@app.command(name="list")
def list_(*, config: Config = DEFAULT) -> None:
    """Show who asks to be treated as an adult.

    Example: privity ages list --config home/privity.toml
    """
    now_ms = _now_ms()
    found = _run(config, lambda tx: service.reviews(tx, now_ms))
    for review in found:
        since = f"{datetime.fromtimestamp(review.since_ms / 1000, UTC):%Y-%m-%d}"
        watched = f"{review.guardians} guardian{'' if review.guardians == 1 else 's'}"
        sys.stdout.write(f"{review.handle}  {review.band.value}  since {since}  {watched}\n")
    if not found:
        sys.stderr.write("nobody waits for a decision\n")


@app.command(name="set")
def set_(
    handle: Named, band: Annotated[Decided, Parameter(help="adult or minor.")], /, *, config: Config = DEFAULT
) -> None:
    """Say what age a person is. An adult has no guardian any more; a minor is in no directory.

    Example: privity ages set alice.b adult --config home/privity.toml
    """
    now_ms = _now_ms()
    _run(config, lambda tx: service.decide(tx, BesideTheHub(), handle, AgeBand(band.value), now_ms))
    sys.stderr.write(f"{handle} is treated as {'an adult' if band is Decided.ADULT else 'a minor'} from now on\n")


@app.command
def refuse(handle: Named, /, *, config: Config = DEFAULT) -> None:
    """Leave a person what they are, who asked to be treated as an adult.

    Example: privity ages refuse alice.b --config home/privity.toml
    """
    _run(config, lambda tx: service.refuse(tx, BesideTheHub(), handle))
    sys.stderr.write(f"{handle} stays what they are, and may ask again\n")


@app.command
def unguard(handle: Named, /, *, config: Config = DEFAULT) -> None:
    """End who watches over a person, who stays a minor. What the guardians agreed to counts no more.

    Example: privity ages unguard alice.b --config home/privity.toml
    """
    _run(config, lambda tx: service.end_guardians(tx, BesideTheHub(), handle))
    sys.stderr.write(f"nobody watches over {handle} any more\n")


def _run(config: Path, change: Callable[[Tx], T]) -> T:
    try:
        return init.beside_the_hub(config, change)
    except HubError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
