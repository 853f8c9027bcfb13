# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Counts that forget: sums with decay, different people within a time, rates of very many. Each has a bounded size."""
