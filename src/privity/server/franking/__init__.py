# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's word on each message: one MAC key a day, and the answer whether a frank is the hub's own."""
