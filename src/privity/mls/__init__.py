# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Messaging Layer Security (RFC 9420): bytes in, bytes out. Imports nothing, so that servers hold no secrets."""
