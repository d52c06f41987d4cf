"""Questions as terms: what to look for, and how much each word says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from chatapp.knowledge.languages import STOP_WORDS, language_of
from chatapp.knowledge.terms import forms, stem

S = TypeVar("S", str, list[tuple[str, ...]])

MOST_WORDS = 48
"""How many different words of a question are looked for, the first and the last ones."""

LONGEST = 8_000
"""Characters of a question that are looked at, from its beginning and its end."""

PART = 0.5
"""The weight of a part of a word that is looked for as a whole, too."""

FAINT = 0.2
"""The weight of what is hardly ever what a question is about, and of all that it says then."""

_FAINT_PAIR = re.compile(
    "[\u3040-\u309f]{2}"  # Japanese endings and particles
    "|.*[的了是吗呢吧啊么什怎如何多少几我你您他她它们这那哪个有在和与或及就都也很不没会能可要请问].*"
)
_COURTESIES = frozenset(
    re.findall(
        r"\w+",
        """
        hello hi hey thanks thank please helpful welcome goodbye bye ok okay yes lol
        hallo danke bitte guten moin tschuss halo hai selamat pagi siang sore malam tolong terima
        kasih makasih kabar bonjour salut merci hola gracias buenos buenas ciao grazie buongiorno
        ola obrigado obrigada hoi bedankt dank tack hej
        """,
    )
)
"""What is said without asking for anything, in whichever language."""

_FAINT_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    able ask chat describe explain find get gets getting give gives go goes good happen happened
    happens help know like live lives look make makes many me much need needs old please possible
    put really said say says setup something somebody someone support supports take tell thing
    things think time times try usage use used using want wants way well banyak sekali
    """,
    )
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word to look for: any of `forms`. What is `optional` counts only where it exists.

    `likeness` is less than 1 where the forms are those of other words that it may mean.
    """

    forms: tuple[str, ...]
    weight: float
    optional: bool = False
    likeness: float = 1.0


def words_of(question: str, languages: Sequence[str]) -> list[Wanted]:
    """What to look for in documents that were analysed in these languages.

    Words that say nothing are left out, unless there are no others: then all are faint. Nothing
    is looked for where nobody asks: where there are courtesies alone, in whichever language.
    """
    question = " ".join(_ends(question, LONGEST))
    language = language_of(question)
    silent = STOP_WORDS.get(language) or _all_stop_words(languages)
    words = [word for word in dict.fromkeys(forms(question)) if word]
    polite = any(word[0] in _COURTESIES for word in words)
    silent = silent | _COURTESIES | (_all_stop_words(languages) if polite else frozenset())
    telling = [word for word in words if word[0] not in silent]
    if polite and not telling:
        return []
    chosen = chain(*_ends(telling or words, MOST_WORDS))
    share = 1.0 if telling else FAINT
    return [wanted for word in chosen for wanted in _wanted(word, languages, share)]


def _ends(whole: S, length: int) -> tuple[S, ...]:
    """All of something, or as much of its beginning and its end."""
    if len(whole) <= length:
        return (whole,)
    return whole[: length // 2], whole[-length // 2 :]


def _wanted(word: tuple[str, ...], languages: Sequence[str], share: float) -> Iterator[Wanted]:
    whole, *parts = word
    faint = _is_faint(whole)
    weight = share * (FAINT if faint else 1.0)
    yield Wanted(_stems(whole, languages), weight, optional=faint or bool(parts))
    for part in parts:
        yield Wanted(_stems(part, languages), weight * PART)


def _stems(word: str, languages: Sequence[str]) -> tuple[str, ...]:
    """A question is in no sure language, so a word may stand in any that documents have."""
    return tuple(dict.fromkeys([word, *(stem(word, language) for language in (*languages, ""))]))


def _is_faint(word: str) -> bool:
    if len(word) == 1:  # of Latin letters and digits; other scripts come in pairs
        return True
    return word in _FAINT_WORDS or (len(word) == 2 and bool(_FAINT_PAIR.fullmatch(word)))


def _all_stop_words(languages: Sequence[str]) -> frozenset[str]:
    return frozenset().union(*(STOP_WORDS.get(each, frozenset()) for each in ("en", *languages)))
