# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the log is about: labels that people and hosts can name, and where each version of one stands in the tree."""

from __future__ import annotations

from privity.keylog.errors import UsageError
from privity.mls.codec import u8, u32

MAX_LABEL = 255
"""Bytes in a label: its length takes one byte wherever it is hashed."""
MAX_VERSION = (1 << 32) - 1


def user_label(user_uri: str) -> bytes:
    """Under which an account's device list stands."""
    return _label("u:", user_uri)


def server_label(host: str) -> bytes:
    """Under which a hub's own keys stand."""
    return _label("s:", host)


def versioned(label: bytes, version: int) -> bytes:
    """A label and a version as they are hashed: nothing of one can be read as the other."""
    if len(label) > MAX_LABEL:
        raise UsageError(f"a label has at most {MAX_LABEL} bytes, got {len(label)}")
    if not 0 <= version <= MAX_VERSION:
        raise UsageError(f"a version is a number of 32 bits, got {version}")
    return u8(len(label)) + label + u32(version)


def vrf_input(label: bytes, version: int) -> bytes:
    """What the VRF hides: without the log's key nobody can tell which leaf belongs to which label."""
    return versioned(label, version)


def _label(kind: str, name: str) -> bytes:
    label = f"{kind}{name}".encode()
    if len(label) > MAX_LABEL:
        raise UsageError(f"a label has at most {MAX_LABEL} bytes, got {len(label)}")
    return label
