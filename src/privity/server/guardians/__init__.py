# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who watches over a minor: who may ask for contact with them, and never what is said."""
