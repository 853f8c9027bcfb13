# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The main job on real processes, step by step, and the same with one defence switched off."""
