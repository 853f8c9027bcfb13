# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The people of the desk: who they are, what each may do, and how they sign in."""
