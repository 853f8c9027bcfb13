# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people are told whose data an authority asks for, when they may be, and what they say to it."""
