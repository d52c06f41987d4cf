"""Files on a disk, as they are added from there: folders with all that is in them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chatapp.knowledge.kinds import BINARY, NAMED, TELLING

KNOWN = frozenset(suffix for each in (*BINARY, *TELLING, *NAMED) for suffix in each.suffixes)


@dataclass(frozen=True, slots=True)
class Found:
    """A file, and what it is called: its path below the folder that was named."""

    path: Path
    name: str


@dataclass(slots=True)
class Walk:
    """What there is to add in some files and folders; `skipped` counts the rest by reason.

    A file that is named itself is never skipped. In a folder nothing is followed that leads out of
    it: such links may be the work of others. Where two folders have files of one name, the
    later one's is called after its folder, too.
    """

    paths: Iterable[Path]
    skipped: Counter[str] = field(default_factory=Counter)

    def files(self) -> list[Found]:
        """The files, each folder's in the order of their names."""
        taken: dict[str, Path] = {}
        for root in self.paths:
            for path, name in self._below(root) if root.is_dir() else [(root, root.name)]:
                if taken.get(name, path) != path:
                    name = f"{root.resolve().name}/{name}"
                taken[name] = path
        return [Found(path, name) for name, path in taken.items()]

    def _below(self, root: Path) -> Iterator[tuple[Path, str]]:
        for folder, folders, names in os.walk(root, onerror=self._is_closed):
            folders[:] = sorted(each for each in folders if not self._is_hidden(each))
            for name in sorted(names):
                path = Path(folder, name)
                if self._is_hidden(name) or not self._is_known(path) or self._leads_out(path, root):
                    continue
                yield path, path.relative_to(root).as_posix()

    def _is_closed(self, _error: OSError) -> None:
        self.skipped["folders that cannot be opened"] += 1

    def _is_hidden(self, name: str) -> bool:
        hidden = name.startswith(".")
        self.skipped["hidden"] += hidden
        return hidden

    def _is_known(self, path: Path) -> bool:
        known = path.suffix.lower() in KNOWN and path.is_file()
        self.skipped["of an unknown kind"] += not known
        return known

    def _leads_out(self, path: Path, root: Path) -> bool:
        outside = path.is_symlink() and not path.resolve().is_relative_to(root.resolve())
        self.skipped["links that lead out of the folder"] += outside
        return outside
