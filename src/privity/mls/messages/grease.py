# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers that mean nothing, sent so that peers stay able to ignore what they do not know (RFC 9420, section 13.5).

They are never treated in a special way when they come in: what is not known is ignored or refused by the same rules.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from privity.mls.errors import UsageError
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.extensions import Extension, Extensions

VALUES: Final = tuple(0x0A0A + 0x1010 * step for step in range(15))
"""0x0A0A to 0xEAEA; 0xFAFA belongs to the range for private use."""


def pick(seed: bytes) -> int:
    """One of the numbers, by the last byte of something random: a fresh public key, for example."""
    return VALUES[seed[-1] % len(VALUES)]


def with_grease(capabilities: Capabilities, number: int) -> Capabilities:
    """Capabilities as they are sent: one number that means nothing beside what is really supported.

    Only the lists that a leaf may carry it in; versions are none of them.
    """
    real = without_grease(capabilities)
    return replace(
        real,
        cipher_suites=(*real.cipher_suites, number),
        extensions=(*real.extensions, number),
        proposals=(*real.proposals, number),
        credentials=(*real.credentials, number),
    )


def greased(capabilities: Capabilities, extensions: Extensions, number: int) -> tuple[Capabilities, Extensions]:
    """Capabilities and extensions of a leaf of ours as they are sent."""
    kept = tuple(extension for extension in extensions if extension.type not in VALUES)
    return with_grease(capabilities, number), (*kept, grease_extension(number))


def grease_extension(number: int) -> Extension:
    """An extension that means nothing, for a KeyPackage, a leaf or a GroupInfo."""
    return Extension(number, b"")


def without_grease(capabilities: Capabilities) -> Capabilities:
    """What a client really supports, read back from what it sent."""
    return replace(
        capabilities,
        cipher_suites=_only_real(capabilities.cipher_suites),
        extensions=_only_real(capabilities.extensions),
        proposals=_only_real(capabilities.proposals),
        credentials=_only_real(capabilities.credentials),
    )


def check_no_grease(extensions: Extensions) -> None:
    """Raise UsageError if we are about to put such a number into a group's context, where all must know each type."""
    for extension in extensions:
        if extension.type in VALUES:
            raise UsageError(f"extension {extension.type:#06x} means nothing and has no place in a group context")


def _only_real(values: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(value for value in values if value not in VALUES)
