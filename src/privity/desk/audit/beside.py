# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A command beside the running desk: its database and its log, a bar for what takes long, and errors by name."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from rich.console import Console
from rich.progress import track

from privity.cosigners.at import WitnessAt
from privity.desk import config as desk_config
from privity.desk.audit.signing import Signing
from privity.desk.db.database import open_existing
from privity.desk.db.transaction import Db, DbError
from privity.desk.errors import DeskError
from privity.desk.keys import DeskKeys, open_keys
from privity.tlog.errors import BadVerifierKey
from privity.tlog.verifier_key import KeyKind, VerifierKey

Config = Annotated[Path, Parameter(name="--config", help="The file that `privity init` wrote.")]
Key = Annotated[
    str | None, Parameter(name="--key", help="The log's verifier key, if not by the config: `audit log:` of init.")
]
DEFAULT: Final = Path("privity.toml")


@dataclass(frozen=True, slots=True)
class Beside:
    """An open database, and the log in it."""

    db: Db
    keys: DeskKeys
    signing: Signing
    witnesses: tuple[WitnessAt, ...]
    cosigned: Path
    """The file with what they have cosigned."""


@contextmanager
def desk(config: Path) -> Iterator[Beside]:
    """Open what the configuration names; closed with the block."""
    loaded = desk_config.load(config)
    keys = open_keys(loaded)
    db = open_existing(loaded.database, keys)
    try:
        signing = Signing(db, loaded.audit_name, keys.audit, loaded.audit_checkpoint)
        yield Beside(db, keys, signing, loaded.audit_witnesses, loaded.audit_cosigned)
    finally:
        db.close()


@contextmanager
def named() -> Iterator[None]:
    """What is wrong ends the command by name, with status 1."""
    try:
        yield
    except (DeskError, BadVerifierKey, OSError) as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    except DbError as err:
        sys.exit(f"privity: StorageFailed: desk.db cannot be read ({type(err).__name__}: {err})")


def key_of(given: str | None, config: Path) -> VerifierKey:
    """The log's key: as given, or that of the desk here."""
    if given is not None:
        return VerifierKey.decode(given)
    loaded = desk_config.load(config)
    return VerifierKey.of(loaded.audit_name, KeyKind.ED25519, open_keys(loaded).audit)


def shown(entries: Iterable[bytes], total: int) -> Iterable[bytes]:
    """With a bar on a terminal, gone when it is done."""
    console = Console(stderr=True)
    return track(entries, "checking", total=total, console=console, transient=True, disable=not sys.stderr.isatty())


def now_ms() -> int:
    return time.time_ns() // 1_000_000
