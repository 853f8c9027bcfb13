# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The world that the safety desk is measured in: invented people and abusers, and what a hub would observe."""
