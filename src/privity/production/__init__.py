# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What leaves the house in answer to a legal request: files that a clerk can read and anybody can check offline."""
