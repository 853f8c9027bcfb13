# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Signed device lists: every version kept, the newest one decides who is a device."""
