# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's storage: SQLite behind one small port (`database.Database`), numbered forward-only migrations in `sql`."""
