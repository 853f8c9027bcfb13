# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an operator does beside the running hub: look, back up, bring back, move."""
