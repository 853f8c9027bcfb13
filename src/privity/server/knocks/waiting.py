# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who waits at the door of a room, for slices that `service` itself needs."""

from __future__ import annotations

from privity.server.knocks import store

waits = store.waits
knocks_at_room_of = store.knocks_at_room_of
