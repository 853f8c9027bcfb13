# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Several processes that are one hub: who owns which rooms, and what one worker tells the others."""
