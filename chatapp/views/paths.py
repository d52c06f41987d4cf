"""Addresses of our own, as somebody else may have written them."""

from __future__ import annotations

from urllib.parse import quote, urlsplit


def own_path(text: str | None, otherwise: str = "/") -> str:
    """`text` where it is a path on this site, else `otherwise`: nobody is led elsewhere.

    Browsers read a backslash as a slash, and skip tabs and line ends
    (https://url.spec.whatwg.org/#concept-basic-url-parser); so neither can be part of it.
    """
    if not text or not text.isprintable() or "\\" in text or not text.startswith("/"):
        return otherwise
    if text.startswith("//"):
        return otherwise
    try:
        parts = urlsplit(text)
        path = quote(text, safe="/?#[]@!$&'()*+,;=:%-._~")
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else path
