# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub's home with something in it, written beside the hub: accounts, attachments, invites."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from privity.identity.uris import id_of, new_user_uri
from privity.server import config, init
from privity.server.accounts import store as accounts
from privity.server.accounts.model import Account
from privity.server.blobs import store as blobs
from privity.server.blobs.model import Blob
from privity.server.config import HubConfig
from privity.server.db.database import Tx
from tests.server.operating.conftest import HOST, Home

NOW_MS = 1_800_000_000_000


def loaded(home: Home) -> HubConfig:
    return config.load(home.config)


def add_account(home: Home, handle: str = "") -> str:
    """The address of a new account without devices."""
    user_uri = new_user_uri(HOST, secrets.token_bytes)
    account = Account(user_uri, handle or id_of(user_uri))
    init.beside_the_hub(home.config, lambda tx: accounts.add(tx, account, NOW_MS))
    return user_uri


def add_blob(home: Home, user_uri: str, data: bytes) -> Path:
    """Its file."""
    found = loaded(home)
    sha256 = hashlib.sha256(data).digest()
    blobs.write_file(found.blobs, sha256, data, "test")

    def write(tx: Tx) -> None:
        blobs.add(tx, Blob(sha256, len(data)), user_uri, NOW_MS)

    init.beside_the_hub(home.config, write)
    return found.blobs / sha256.hex()[:2] / sha256.hex()


def filled(home: Home) -> list[Path]:
    """Two accounts with three attachments; the files of these."""
    anna, ben = add_account(home, "anna"), add_account(home, "ben")
    return [add_blob(home, anna, b"one" * 99), add_blob(home, anna, b"two" * 99), add_blob(home, ben, b"three" * 99)]
