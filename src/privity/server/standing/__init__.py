# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where an account or a room stands after decisions of the desk, and what that leaves to people."""
