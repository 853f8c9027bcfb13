# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whose leaf a leaf is: the client URI in its basic credential, and the user URI that follows from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from privity.mls.errors import CredentialRefused
from privity.mls.messages.codepoints import BASIC
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.tree.ratchet_tree import RatchetTree

_CLIENT = re.compile(r"mimi://([a-z0-9][a-z0-9.:\-]{0,252})/d/([a-z2-7]{26})/([a-z2-7]{26})", re.ASCII)

MAX_URI = 512
"""Bytes of a client URI: a host name and two IDs of 26 characters are well below."""


@dataclass(frozen=True, slots=True)
class Member:
    """A device in a room, and the person behind it."""

    user_uri: str
    client_uri: str


@lru_cache(maxsize=16_384)
def parse_client(identity: bytes) -> Member:
    """The member that a credential identity names, or CredentialRefused."""
    if len(identity) > MAX_URI:
        raise CredentialRefused(f"the client URI has {len(identity)} bytes, at most {MAX_URI} are allowed")
    try:
        text = identity.decode("ascii")
    except UnicodeDecodeError:
        raise CredentialRefused("the credential's identity is not ASCII") from None
    match = _CLIENT.fullmatch(text)
    if match is None:
        raise CredentialRefused("the credential's identity is no client URI mimi://HOST/d/USER/DEVICE")
    return Member(f"mimi://{match[1]}/u/{match[2]}", text)


def member_of(leaf: LeafNode) -> Member:
    """The member whose leaf this is, or CredentialRefused."""
    if leaf.credential.type != BASIC:
        raise CredentialRefused(f"credential type {leaf.credential.type}, expected a basic credential ({BASIC})")
    return parse_client(leaf.credential.identity)


def members(tree: RatchetTree) -> dict[int, Member]:
    """The member at each filled leaf."""
    return {index: member_of(leaf) for index, leaf in tree.leaves()}


def find_client(tree: RatchetTree, client_uri: str) -> int | None:
    """The leaf index of a device, if it is a member."""
    identity = client_uri.encode()
    for index, leaf in tree.leaves():
        if leaf.credential.identity == identity:
            return index
    return None
