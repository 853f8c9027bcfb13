# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a challenged account's device works on before it begins something with a stranger (ADR 53)."""
