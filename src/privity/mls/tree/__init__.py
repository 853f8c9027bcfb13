# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The ratchet tree (RFC 9420, sections 4 and 7), public keys only."""
