# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One driver for each destination: what to ask next and what an answer means. Pure; the outbox does the rest."""
