# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was reported about one subject, gathered: its state, urgency, history, and who works on it."""
