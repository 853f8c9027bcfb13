# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The legal drill: twelve invented requests at a real hub and desk, what becomes of each, and what left the house."""
