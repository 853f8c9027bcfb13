# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The servers beside us, as Debian packages them: started privately, loaded like the hub, never required."""
