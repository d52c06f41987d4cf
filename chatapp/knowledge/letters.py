"""Letters as the search sees them: one form of each, without diacritics."""

from __future__ import annotations

import re
import unicodedata

SPACELESS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3031-\u3035\u3040-\u30ff\u31f0-\u31ff"  # Japanese
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese
    "\uac00-\ud7af"  # Korean, which puts its endings behind the words without a space
)
"""Ranges of the letters that are written without spaces between words, for a regular expression."""

INDIC = "\u0900-\u0963\u0966-\u0dff"
"""Ranges of the letters of India, whose vowel signs Python does not count among letters."""

_MARKS = re.compile(
    "[\u00ad\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b\u2060\ufeff]+"
)
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i"})
_LIGATURES = str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"})


def plain(text: str) -> str:
    """A text without diacritics and with one form of each letter (NFKC); its case stays."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFC", _MARKS.sub("", apart))


def fold(text: str) -> str:
    """A `plain` text in small letters."""
    if text.isascii():
        return text.lower()
    # Some small letters only come apart once they are small.
    return plain(text.casefold()).translate(_LETTERS).translate(_LIGATURES)
