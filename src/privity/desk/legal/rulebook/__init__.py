# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which instrument of which authority reaches what, as data; pure: no database, no clock, no network."""
