# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What authorities and everybody else may know before anybody asks: what is held, who can ask for it, and how."""
