# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The one encoding of everything in a package that is JSON: that which the verifier in the package demands."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import msgspec

from privity.production.standalone import verify_package


def encode(value: object) -> bytes:
    """Structs, lists, texts and integers as canonical JSON (RFC 8785)."""
    return verify_package.canonical(builtins(value))


def builtins(value: object) -> Any:
    return msgspec.to_builtins(value)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()
