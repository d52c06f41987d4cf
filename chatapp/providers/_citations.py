"""Sources that a model's server found by itself, in the shapes of several servers.

OpenAI, xAI and OpenRouter annotate the text: `url_citation` with its members beside the type or
under its own name, `file_citation` with the file's name alone, its words being a result of the
search before it. Perplexity puts `citations`, which are addresses, and `search_results` beside the
choices, in each chunk anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from chatapp.events import Source, Sources
from chatapp.providers._speech import fit


class Citations:
    """Collects sources, each once, and numbers them in the order in which they came."""

    def __init__(self) -> None:
        self._found: dict[str, Source] = {}
        self._told = 0
        self._words: dict[str, str] = {}

    def annotate(self, annotations: object) -> None:
        """Takes the annotations of a piece of text; one that says less is a source all the same."""
        for annotation in _objects(annotations):
            nested = annotation.get(str(annotation.get("type")))
            told = nested if isinstance(nested, dict) else annotation
            match annotation.get("type"):
                case "url_citation":
                    self._add_page(told)
                case "file_citation":
                    self._add_file(told)

    def list(self, addresses: object, results: object) -> None:
        """Takes Perplexity's lists, in which the same number is the same page."""
        described = {_text(result.get("url")): result for result in _objects(results)}
        listed = addresses if isinstance(addresses, list) else [*described]
        for address in listed:
            if isinstance(address, str):
                self._add_page(described.get(address, {}) | {"url": address})

    def remember(self, results: object) -> None:
        """Takes what a search in files found: the words that later citations rest on."""
        for result in _objects(results):
            if text := _text(result.get("text")):
                self._words.setdefault(_text(result.get("file_id")), text)

    def take(self) -> Iterator[Sources]:
        """What has come since the last time."""
        new = tuple(self._found.values())[self._told :]
        self._told = len(self._found)
        if new:
            yield Sources(new)

    def _add_page(self, page: dict[str, Any]) -> None:
        url = _text(page.get("url"))
        words = _text(page.get("content")) or _text(page.get("snippet"))
        if url.startswith(("https://", "http://")):
            self._add(Source(url, _text(page.get("title")) or url, words, url))

    def _add_file(self, file: dict[str, Any]) -> None:
        id, name = _text(file.get("file_id")), _text(file.get("filename"))
        if id or name:
            self._add(Source(id or name, name or id, self._words.get(id, ""), None, name or None))

    def _add(self, source: Source) -> None:
        if source.id not in self._found:
            self._found[source.id] = replace(source, position=len(self._found) + 1)


def _objects(value: object) -> Iterable[dict[str, Any]]:
    found = value if isinstance(value, list) else []
    return (item for item in found if isinstance(item, dict))


def _text(value: object) -> str:
    return fit(value) if isinstance(value, str) else ""
