"""Keeps the SDK's types out of a process that does not use them.

`openai` imports every list of its types, and each list all that stands in it: four hundred modules,
two thirds of the SDK's time and memory. Here a list is loaded with the first name taken from it;
what the SDK itself needs comes from the modules below the lists.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_TYPES = "openai.types"


def defer() -> None:
    """Lets whoever imports `openai` from now on do without its lists of types."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds the packages of types, and leaves their modules to the finders after it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _TYPES and not name.startswith(_TYPES + "."):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.loader and spec.submodule_search_locations:
            spec.loader = _Later(spec.loader)
        return spec


class _Later(Loader):
    """Makes a package that is empty until a name in it is asked for."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader

    def exec_module(self, module: ModuleType) -> None:
        module.__class__ = _Package


class _Package(ModuleType):
    """A package of which only the modules below it have been used so far."""

    def __getattr__(self, name: str) -> Any:
        """A name that is missing, once the package's own code has run."""
        if name.startswith("__") or type(self) is not _Package:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        self.__class__ = ModuleType  # type: ignore[assignment]  # mypy knows no loaded package
        later: Any = self.__spec__ and self.__spec__.loader
        later.loader.exec_module(self)
        return getattr(self, name)
