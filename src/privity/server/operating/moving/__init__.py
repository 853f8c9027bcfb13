# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub's database from SQLite to PostgreSQL, row by row, and compared before anybody uses it."""
