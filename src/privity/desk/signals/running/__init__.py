# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Observations are counted and rules are asked about them, in order, each effect once, on one process or on many."""
