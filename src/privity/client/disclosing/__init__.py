# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A person hands over messages of a conversation that they were in, with what proves them. Nobody else can begin it."""
