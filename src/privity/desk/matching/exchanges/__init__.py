# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lists that others keep: asked for what changed since, in steps, and told what people here found of their entries."""
