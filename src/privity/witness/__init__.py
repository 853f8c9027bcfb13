# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A witness: cosigns what continues, refuses what forks and keeps the proof.

With a hub's feed it audits, too, and shows to everybody what it audited.
"""
