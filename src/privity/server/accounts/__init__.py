# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Accounts: registration, handles, and what anyone may know of this hub."""
