# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk: opens what reporters sealed to it, verifies it with the hub's answers, keeps the evidence sealed.

Its own process and its own database. It knows the hub through `privity.wire` alone and imports nothing that could open
a private message (`mls.schedule`, `mls.group`, `client`, `faces`).
"""
