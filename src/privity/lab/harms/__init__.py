# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Harms, each a process of its own. These are the open ones, which authors of rules may read and tune against."""
