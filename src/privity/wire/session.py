# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Proof of a device on a connection, and the MAC of each request under it: the bytes that both sides compute.

The device signs the hub's fresh challenge together with both X25519 shares, so a signature cannot be moved to another
connection; the REST key comes out of those shares, so knowing a session's name opens nothing. There is no bearer token.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from privity.mls.codec import u64, vec

SESSION_LABEL = "PrivitySessionTBS"
"""Label of SignWithLabel for `session_tbs`."""

SESSION_HEADER = "Privity-Session"
COUNT_HEADER = "Privity-Count"
MAC_HEADER = "Privity-Mac"
"""REST headers: session name, decimal counter (each number once per session), lower-case hex of `request_mac`."""

COUNT_WINDOW = 1024
"""How far behind the highest counter an unused one is still taken: concurrent requests may overtake each other."""


class BadShare(ValueError):
    """The peer's X25519 share is not 32 bytes, or of low order."""


def session_tbs(host: str, nonce: bytes, hub_share: bytes, device_share: bytes, client_uri: str) -> bytes:
    """What a device signs (label `SESSION_LABEL`) to prove itself on one connection."""
    return vec(host.encode()) + vec(nonce) + vec(hub_share) + vec(device_share) + vec(client_uri.encode())


def request_key(own: X25519PrivateKey, peer_share: bytes, nonce: bytes, session: str) -> bytes:
    """The 32-byte MAC key of one session: HKDF-SHA-256 (RFC 5869), whose first block is all of it. Raises BadShare."""
    if len(peer_share) != 32:
        raise BadShare(f"share must be 32 bytes, got {len(peer_share)}")
    try:
        secret = own.exchange(X25519PublicKey.from_public_bytes(peer_share))
    except ValueError:
        raise BadShare("share is of low order") from None
    info = b"privity request mac v1" + vec(session.encode())
    return hmac.digest(hmac.digest(nonce, secret, "sha256"), info + b"\x01", "sha256")


def request_mac(key: bytes, method: str, path_and_query: str, count: int, body: bytes) -> bytes:
    """HMAC-SHA-256 over method, path with query, counter and the hash of the body."""
    return mac_over_digest(key, method, path_and_query, count, hashlib.sha256(body).digest())


def mac_over_digest(key: bytes, method: str, path_and_query: str, count: int, body_digest: bytes) -> bytes:
    """`request_mac`, for who has the SHA-256 of the body and not the body."""
    tbs = vec(method.encode()) + vec(path_and_query.encode()) + u64(count) + vec(body_digest)
    return hmac.digest(key, tbs, "sha256")
