# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal make-release-keys` and `published-keys`: what a house needs before anything can leave it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from privity.desk import config as desk_config
from privity.desk.audit import beside
from privity.desk.db.database import open_existing
from privity.desk.errors import ConfigInvalid
from privity.desk.keys import KEY_BYTES, open_keys, write_key
from privity.desk.legal.releasing import lines
from privity.desk.legal_office import ReleasingOffice

DEFAULT: Final = Path("privity.toml")
Config = Annotated[Path, Parameter(help="The configuration.")]


def make_release_keys(*, config: Config = DEFAULT) -> None:
    """Make the keys of the releasing service and of the legal team.

    Give the second one to the legal team: who has both signs alone.

    Example: privity legal make-release-keys --config home/privity.toml
    """
    with beside.named():
        office = _office(desk_config.load(config))
        for path in (office.service_key, office.legal_team_key):
            write_key(path, os.urandom(KEY_BYTES))
            sys.stdout.write(f"made {path.name}\n")


def published_keys(*, config: Config = DEFAULT) -> None:
    """Print every key that ever was in a package, to be published.

    Whoever got a package checks it with this file, taken from your site.

    Example: privity legal published-keys --config home/privity.toml
    """
    with beside.named():
        loaded = desk_config.load(config)
        address = _office(loaded).published
        db = open_existing(loaded.database, open_keys(loaded))
        try:
            published = lines.published(db, address).decode()
            sys.stdout.write(published)  # with a line more it would be no keys.json
        finally:
            db.close()


def _office(loaded: desk_config.DeskConfig) -> ReleasingOffice:
    if loaded.legal is None or loaded.legal.releasing is None:
        raise ConfigInvalid("there is no [desk.legal.releasing] in the configuration: nothing leaves this house")
    return loaded.legal.releasing
