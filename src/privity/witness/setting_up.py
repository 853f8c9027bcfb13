# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How a witness begins, and how it comes to watch one more log: what `privity witness init` and `add` do."""

from __future__ import annotations

from pathlib import Path

from privity.tlog.verifier_key import KeyKind, VerifierKey
from privity.witness import config, key
from privity.witness.config import WatchedLog, WitnessConfig
from privity.witness.errors import AlreadyInitialised
from privity.witness.state import StateFile


def begin(folder: Path, name: str, listen: str) -> VerifierKey:
    """A witness that watches nothing yet; the line that others configure.

    Raises AlreadyInitialised, ConfigInvalid, PlaintextRefused, OSError.
    """
    if (folder / config.FILE).exists():
        raise AlreadyInitialised(f"{folder / config.FILE} exists; choose an empty folder")
    made = config.write_fresh(folder, name, listen)
    return VerifierKey.of(name, KeyKind.COSIGNATURE, key.write_fresh(made.key_file))


def also_watch(folder: Path, log: WatchedLog) -> VerifierKey:
    """From its next start on; the line that the log's owner configures.

    Raises ConfigInvalid, KeyInvalid, LogKnown, OSError.
    """
    own = own_key(config.load(folder))
    config.add(folder, log, StateFile(folder, log.key, own).create)
    return own


def own_key(loaded: WitnessConfig) -> VerifierKey:
    """The line that others configure. Raises KeyInvalid."""
    return VerifierKey.of(loaded.name, KeyKind.COSIGNATURE, key.read(loaded.key_file))
