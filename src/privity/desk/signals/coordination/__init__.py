# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Campaigns: accounts that do the same to the same at the same time, again and again; people judge what is found."""
