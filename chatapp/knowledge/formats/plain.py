"""Plain text, and the source code of programs."""

from __future__ import annotations

from chatapp.knowledge.formats._markdown import fenced
from chatapp.knowledge.formats.base import Extract, File

LANGUAGES = {
    ".bash": "bash",
    ".c": "c",
    ".cpp": "cpp",
    ".cs": "csharp",
    ".css": "css",
    ".go": "go",
    ".h": "c",
    ".ini": "ini",
    ".java": "java",
    ".js": "javascript",
    ".kt": "kotlin",
    ".lua": "lua",
    ".php": "php",
    ".pl": "perl",
    ".ps1": "powershell",
    ".py": "python",
    ".r": "r",
    ".rb": "ruby",
    ".rs": "rust",
    ".scala": "scala",
    ".sh": "bash",
    ".sql": "sql",
    ".swift": "swift",
    ".toml": "toml",
    ".ts": "typescript",
    ".tsx": "tsx",
    ".xml": "xml",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""Suffixes of code, and what Markdown calls its language."""


class Plain:
    """Text as it is: whoever writes `#` before a heading in it means one."""

    media_type = "text/plain"
    suffixes = frozenset({".txt", ".text", ".log", *LANGUAGES})

    def knows(self, file: File) -> bool:
        """Nothing in text says that it is no more than that."""
        return False

    def extract(self, file: File) -> Extract:
        """The text; code between fences."""
        language = LANGUAGES.get(file.suffix)
        text = file.text
        return Extract(
            "", fenced(text, language) if language and text.strip() else text.strip("\n")
        )
