# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A change put into a module while it is imported, for what runs only then: constants, defaults, tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, ModuleType


class ChangedModule(MetaPathFinder):
    """Finds one module, and gives it other code than its file has."""

    def __init__(self, name: str, code: CodeType) -> None:
        self.name = name
        self.code = code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or not isinstance(spec.loader, InspectLoader):
            return None
        spec.loader.get_code = lambda fullname: self.code  # type: ignore[method-assign]  # this loader is ours alone
        return spec

    def install(self) -> None:
        """From now on. The module must not have been imported yet."""
        if self.name in sys.modules:
            raise ImportError(f"{self.name} was imported before its change")
        sys.meta_path.insert(0, self)
