# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The event log of each room, the inbox of each device, and the socket that brings both."""
