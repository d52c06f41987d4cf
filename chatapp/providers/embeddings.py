"""Embeddings: texts as vectors, by OpenAI's embeddings API."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from chatapp.providers._failures import UNREADABLE
from chatapp.providers._openai import OpenAIClient

PATH = "/embeddings"

BATCH = 64
"""Texts of one request: servers of one's own accept no more than a few dozen."""


class _Embedding(msgspec.Struct):
    embedding: list[float]
    index: int = -1


class _Response(msgspec.Struct):
    data: list[_Embedding]


_decode = msgspec.json.Decoder(_Response).decode


class Embeddings:
    """A server's model that makes vectors of texts; `model` is its id.

    https://platform.openai.com/docs/api-reference/embeddings
    """

    def __init__(
        self, model: str, *, base_url: str | None = None, api_key: str | None = None
    ) -> None:
        self.model = model
        self._client = OpenAIClient(base_url, api_key)

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector for each text, all of the same length. Raises `ProviderError`."""
        return [
            vector
            for start in range(0, len(texts), BATCH)
            for vector in self._embed(texts[start : start + BATCH])
        ]

    def close(self) -> None:
        """Closes the connections that are kept."""
        self._client.close()

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        # Not every server knows the shorter form, base64.
        body = {"model": self.model, "input": list(texts), "encoding_format": "float"}
        try:
            found = _decode(self._client.fetch(PATH, body)).data
        except msgspec.MsgspecError:
            raise UNREADABLE.error() from None
        if all(each.index >= 0 for each in found):
            found.sort(key=lambda each: each.index)
        if len(found) != len(texts) or len({len(each.embedding) for each in found}) != 1:
            raise UNREADABLE.error()
        return [each.embedding for each in found]
