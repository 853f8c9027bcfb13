# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may begin a conversation with whom: requests, contacts, one-time codes."""
