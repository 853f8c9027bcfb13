# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is done about each request, in small groups: a request has one function, and nothing else happens to it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from privity.faces.app.port.asked import Request, Result

Verbs = Mapping[type[Request], Callable[[Any, Any], Coroutine[Any, Any, Result]]]
"""For each request the function that answers it, given the home or an open account, and the request."""
