# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Secrets of an epoch for other purposes: the exporter of RFC 9420 section 8.5, and the safe exporter of the MLS
extensions draft, which gives each component its secret once and then cannot give it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from privity.mls.codec import u32
from privity.mls.crypto import hash
from privity.mls.errors import UsageError
from privity.mls.schedule.errors import ExportConsumed, ExportTooLong
from privity.mls.schedule.kdf import derive_secret, expand_with_label
from privity.mls.secrecy import holds_secrets
from privity.mls.suites import CipherSuite

LEVELS: Final = 16
"""The exporter tree has 2**16 leaves, one for each component id."""

_ROOT: Final = (1 << LEVELS) - 1


def export(suite: CipherSuite, exporter_secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
    """MLS-Exporter: `length` bytes, at most 255 times the hash of the suite. Raises ExportTooLong."""
    if not 0 <= length <= 255 * suite.nh:
        raise ExportTooLong(f"{length} bytes cannot be exported at once, at most {255 * suite.nh}")
    secret = derive_secret(suite, exporter_secret, label)
    return expand_with_label(suite, secret, b"exported", hash(suite, context), length)


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class ExportStep:
    """A component's secret, and what handing it out changes."""

    secret: bytes
    put: dict[bytes, bytes]
    delete: set[bytes]

    def __repr__(self) -> str:
        return "<ExportStep>"


@holds_secrets
@dataclass(slots=True, repr=False)
class ExporterTree:
    """The secrets of one epoch from which no component has got its own yet.

    A tree like the secret tree, lazy and punctured: looking a secret up changes nothing, applying the step deletes
    every secret above it. The records are what the device's store holds.
    """

    suite: CipherSuite
    records: dict[bytes, bytes] = field(default_factory=dict)

    @classmethod
    def create(cls, suite: CipherSuite, application_export_secret: bytes) -> ExporterTree:
        """The tree of a fresh epoch."""
        return cls(suite, {u32(_ROOT): application_export_secret})

    @classmethod
    def from_records(cls, suite: CipherSuite, records: Mapping[bytes, bytes]) -> ExporterTree:
        return cls(suite, dict(records))

    def __repr__(self) -> str:
        return f"<ExporterTree {len(self.records)} records>"

    def look_up(self, component_id: int) -> ExportStep:
        """SafeExportSecret(component_id). Raises ExportConsumed when the secret was handed out in this epoch."""
        if not 0 <= component_id < 1 << LEVELS:
            raise UsageError(f"a component id has 16 bits, not {component_id}")
        leaf = 2 * component_id
        level = 0
        while u32(_above(leaf, level)) not in self.records:
            level += 1
            if level > LEVELS:
                raise ExportConsumed(f"the secret of component {component_id:#06x} was exported in this epoch already")
        name = u32(_above(leaf, level))
        secret = self.records[name]
        put: dict[bytes, bytes] = {}
        while level:
            node, level = _above(leaf, level), level - 1
            half = 1 << level
            left = expand_with_label(self.suite, secret, b"tree", b"left", self.suite.nh)
            right = expand_with_label(self.suite, secret, b"tree", b"right", self.suite.nh)
            if leaf < node:
                secret, put[u32(node + half)] = left, right
            else:
                secret, put[u32(node - half)] = right, left
        return ExportStep(secret, put, {name})

    def apply(self, step: ExportStep) -> None:
        """Make a step so: its secret can never be looked up again."""
        self.records.update(step.put)
        for name in step.delete:
            self.records.pop(name, None)


def _above(leaf: int, level: int) -> int:
    """The ancestor of a leaf node at a level."""
    return (leaf >> (level + 1) << (level + 1)) | ((1 << level) - 1)
