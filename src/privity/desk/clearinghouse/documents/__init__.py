# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The documents of a CyberTipline report: typed, limited, in the order that the schema asks for; and its answers."""
