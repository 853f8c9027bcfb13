# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may ask: agencies out of official registers, their supervisors and officers, and what proves that it is them."""
