# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whose leaf a leaf is: the client URI in its basic credential, and the user URI that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from privity.identity.credential import parse_identity
from privity.identity.errors import CredentialError
from privity.identity.uris import user_of
from privity.mls.errors import CredentialRefused
from privity.mls.messages.codepoints import BASIC
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.tree.ratchet_tree import RatchetTree


@dataclass(frozen=True, slots=True)
class Member:
    """A device in a room, and the person behind it."""

    user_uri: str
    client_uri: str


@lru_cache(maxsize=16_384)
def parse_client(identity: bytes) -> Member:
    """The member that a credential identity names, or CredentialRefused."""
    try:
        client_uri = parse_identity(identity)
    except CredentialError as err:
        raise CredentialRefused(str(err)) from None
    return Member(user_of(client_uri), client_uri)


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
