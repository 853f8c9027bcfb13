# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports to clearinghouses and authorities: typed documents, and an outbox that loses nothing, sends nothing twice."""
