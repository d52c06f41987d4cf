"""The language of a page: what its reader chose, or else what their browser asks for.

What people read is told in it, errors included; programs, which show tokens, read English.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from flask import Flask, g, request

from chatapp.config import ROOT
from chatapp.translations.catalogue import Language
from chatapp.translations.languages import SOURCE, Languages
from chatapp.views import days

COOKIE = "language"
"""Names the language that somebody chose in this browser, whether or not they are signed in."""

LANGUAGES = Languages(ROOT / "translations")

_UNITS = ("kB", "MB", "GB")


def register(app: Flask) -> None:
    """Gives templates `_`, `ngettext`, `language()`, and what writes days and sizes in it."""
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext
    )
    environment.globals.update(language=current, languages=LANGUAGES, told=tell)
    environment.filters.update(browser=browser, day=day, decimal=decimal, moment=moment, size=size)


def current() -> Language:
    """The language of whoever asks."""
    if "language" not in g:
        identity = g.get("identity")
        program = identity is not None and identity.via != "cookie"
        g.language = SOURCE if program else LANGUAGES.choose(_wanted())
    language: Language = g.language
    return language


def chosen() -> str:
    """The code of the language that somebody chose; empty where that is left to the browser."""
    code = current().code
    stated = LANGUAGES.find(next(_stated(), ""))
    return code if stated == code else ""


def gettext(words: str) -> str:
    """English words in the reader's language."""
    return current().gettext(words)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of them that the number takes."""
    return current().ngettext(one, many, count)


def pgettext(context: str, words: str) -> str:
    """Words that mean something else elsewhere."""
    return current().pgettext(context, words)


def tell(words: str) -> str:
    """The finished words of an error."""
    return current().tell(words)


def browser(words: str) -> str:
    """What a browser is, such as Firefox on Linux."""
    name, on, system = words.partition(" on ")
    parts = {"browser": name, "system": system}
    return pgettext("browser", "%(browser)s on %(system)s") % parts if on else gettext(words)


def day(moment: datetime) -> str:
    """The day, as the reader's clock has it."""
    there = moment.astimezone(zone())
    parts = {"day": there.day, "month": days.month(there, gettext), "year": there.year}
    return pgettext("date", "%(day)s %(month)s %(year)s") % parts


def moment(moment: datetime) -> str:
    """The day and the minute, as the reader's clock has them."""
    return f"{day(moment)}, {moment.astimezone(zone()):%H:%M}"


def zone() -> timezone:
    """The reader's, as far as their browser has told."""
    return days.zone(request.cookies.get(days.CLOCK, ""))


def number(count: int) -> str:
    """A whole number, its thousands apart."""
    return f"{count:,}".replace(",", pgettext("between thousands", ","))


def decimal(value: float, digits: int) -> str:
    """A number with so many digits behind its decimal point."""
    whole, _, fraction = f"{value:,.{digits}f}".partition(".")
    whole = whole.replace(",", pgettext("between thousands", ","))
    return whole + pgettext("decimal point", ".") + fraction if fraction else whole


def size(count: int) -> str:
    """So many bytes, roughly."""
    if count < 1000:
        return ngettext("%(num)s byte", "%(num)s bytes", count) % {"num": count}
    amount, unit = count / 1000, iter(_UNITS)
    name = next(unit)
    while amount >= 1000 and name != _UNITS[-1]:
        amount, name = amount / 1000, next(unit)
    return f"{amount:.1f}".replace(".", pgettext("decimal point", ".")) + f" {name}"


def _stated() -> Iterator[str]:
    """Tags of languages that somebody chose here, in their profile or in this browser."""
    identity = g.get("identity")
    if identity and identity.locale:
        yield identity.locale
    if chosen := request.cookies.get(COOKIE):
        yield chosen


def _wanted() -> Iterator[str]:
    """Tags of languages, the most wanted first."""
    yield from _stated()
    for tag, quality in request.accept_languages:
        if quality:
            yield tag
