# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whose pictures are covered until they are opened: by who sent them and what the person chose.

Nothing looks at a picture for it. No program here tells what a picture shows, and none is shipped.
"""

from __future__ import annotations

from privity.client.sdk import Device


def covers_all(device: Device) -> bool:
    """Whether those of contacts are covered too. Who counts as a minor has it so, unless they chose otherwise here."""
    return device.preferences.covers_all(usually=device.host.engine.device.contacts.is_minor)
