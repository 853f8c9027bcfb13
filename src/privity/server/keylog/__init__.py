# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The key log on the hub: changes wait, are cut into epochs, watched by witnesses, published, and proven to readers."""
