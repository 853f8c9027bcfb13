# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desk decides about accounts and conversations, what it rests on, and how it reaches the hub."""
