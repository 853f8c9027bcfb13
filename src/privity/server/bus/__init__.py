# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Between the workers of one hub: words that may be lost, and questions that may go unanswered."""
