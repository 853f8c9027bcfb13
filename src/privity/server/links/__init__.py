# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Mailboxes in which a new device and a device of its account find each other; trusted for nothing."""
