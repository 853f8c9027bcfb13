# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Messaging Layer Security (RFC 9420) for Python: end-to-end encrypted groups, bytes in and bytes out.

The package opens no file and no socket, asks no clock, starts no thread and holds no global state. It needs
`cryptography` and nothing else. `docs/developers/mls.md` is a tutorial whose code runs as a test.

    from privity import mls

A member holds a `Group`: it is made by `Group.create`, `Group.join`, `Group.join_external` or `Group.load`, and changed
by `commit`, `process` and `merge`. A server holds a `PublicGroup`: it follows the same group by its handshake messages,
checks all that an outsider can check, and has no secret. What the RFC leaves to the application is one object that it
passes in, `Rules`; `BasicRules` is a ready one that asks a single function about credentials.

Conventions, everywhere in the package:

- times are whole seconds since 1970 (UTC) and always an argument; lengths are in bytes; leaf indices count from 0;
- `random` is a function from a length to that many random bytes: `os.urandom` outside of tests;
- what is sent and received is an encoded MLSMessage (RFC 9420 section 6), trees and records excepted;
- verification raises and never returns a truth value. ProtocolError: the other side broke a rule, drop the object.
  UsageError: the caller did. Both are MlsError. A call that raises has changed nothing;
- a commit is looked at before it counts: `process` gives a StagedCommit, `commit` a PendingCommit, and `merge` or
  `merge_pending` enters the new epoch;
- `Group.drain` gives the records that changed. Store them in one transaction before anything is sent or shown.

Names are loaded at their first use, so a program that uses the public half alone never loads the code that decrypts.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

_HOMES: Final = {
    "group": (
        "ApplicationMessage",
        "Group",
        "Identity",
        "KeyPackageBundle",
        "OwnCommit",
        "PendingCommit",
        "PendingJoin",
        "Records",
        "StagedCommit",
        "generate_key_package",
    ),
    "public_group": ("PublicGroup", "StagedPublicCommit"),
    "validation.proposals": ("QueuedProposal",),
    "rules": (
        "AddedMember",
        "CommitView",
        "LeafUse",
        "RemovedMember",
        "Rules",
        "SentProposal",
        "UpdatedMember",
    ),
    "basic_rules": ("BasicRules",),
    "messages.capabilities": ("Capabilities",),
    "messages.credential": ("Credential",),
    "messages.envelope": (
        "MLSMessage",
        "PrivateMessage",
        "PublicMessage",
        "decode_group_info",
        "decode_key_package",
        "decode_public_message",
        "decode_welcome",
    ),
    "messages.extensions": ("Extension", "ExternalSender"),
    "messages.group_context": ("GroupContext",),
    "messages.group_info": ("GroupInfo",),
    "messages.key_package": ("KeyPackage",),
    "messages.leaf_node": ("LeafNode",),
    "messages.outside": ("propose_from_outside", "propose_to_join"),
    "messages.proposals": ("Add", "AppDataUpdate", "ReInit", "Remove"),
    "messages.psk": ("ExternalPsk", "ResumptionPsk"),
    "messages.welcome": ("Welcome",),
    "suites": ("POST_QUANTUM", "RFC_9420", "CipherSuite", "suite"),
    "tree.ratchet_tree": ("RatchetTree",),
    "errors": (
        "CredentialRefused",
        "MlsError",
        "PolicyRefused",
        "ProtocolError",
        "SuccessorRefused",
        "UsageError",
    ),
}
"""Where each public name lives. Strings, not imports: whoever imports `privity.mls` has loaded none of it."""

_PLACES: Final = {name: f"{__name__}.{home}" for home, names in _HOMES.items() for name in names}

__all__ = sorted(_PLACES)


def __getattr__(name: str) -> object:
    """Load a public name at its first use (PEP 562)."""
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(place), name)
    return value


def __dir__() -> list[str]:
    return [*(name for name in globals() if name.startswith("__")), *__all__]
