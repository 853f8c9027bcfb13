# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The stock of KeyPackages: checked when it comes, each handed out once."""
