# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Messaging Layer Security (RFC 9420): bytes in, bytes out. This file imports nothing, so that servers stay free of secrets."""
