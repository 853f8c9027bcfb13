# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The ghost drill: a compelled operator tries to read along, attack by attack, and who notices."""
