# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Exact matching against lists of what is known: on what is public, and on what was reported. Never elsewhere."""
