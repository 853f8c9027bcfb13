# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's storage: one small port (`database`), SQLite and PostgreSQL behind it, numbered SQL in `sql`."""
