# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a member does who wants to be seen and not be reportable: an honest device with one lie in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from privity.client import attachments
from privity.client.engine import outbox
from privity.client.sdk import Device
from privity.message.attachments import Encrypted, encrypt
from privity.message.franking import make_tag


async def send_mistagged(device: Device, room: str, text: str) -> bytes:
    """Commit to other words than those that are sent: a report of them could never be verified."""

    def lie(data: bytes, salt: bytes) -> bytes:
        return make_tag(data + b"other words", salt)

    with _replaced(outbox, "make_tag", lie):
        return await device.send(room, text)


async def attach_misnamed(device: Device, room: str, path: Path) -> bytes:
    """Send a file whose message names the hash of another: moderators would look for the wrong one."""

    def lie(plaintext: bytes, **given: Any) -> Encrypted:
        return replace(encrypt(plaintext, **given), plaintext_hash=hashlib.sha256(b"another file").digest())

    with _replaced(attachments, "encrypt", lie):
        return await device.attach(room, path, filename=path.name)


@contextmanager
def _replaced(module: Any, name: str, lie: Any) -> Iterator[None]:
    honest = getattr(module, name)
    setattr(module, name, lie)
    try:
        yield
    finally:
        setattr(module, name, honest)
