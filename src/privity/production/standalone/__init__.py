# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What lies in every package as source, so that whoever receives one needs nothing of this house to check it."""
