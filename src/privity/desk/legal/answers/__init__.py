# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an agency is told: questions, refusals, challenges, what is not held, and the form of the Regulation."""
