"""`make translations`: brings all catalogues up to date; `NEW=de` begins the one of German."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from tests.translations.extraction import ROOT, catalog

FOLDER = ROOT / "translations"

HEAD = """\
# How a language is translated: docs/translating.md
msgid ""
msgstr ""
"Language: {code}\\n"
"X-Name: {name}\\n"
"X-Direction: {direction}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def main() -> None:
    """What is new is added without a translation; what nobody says any more goes."""
    for code in sys.argv[1:]:
        path = FOLDER / f"{code}.po"
        if not path.exists():
            path.write_text(head(code), "utf-8")
    for path in sorted(FOLDER.glob("*.po")):
        made = renewed(path, catalog())
        missing = sum(not all(strings(each)) for each in made if each.id)
        sys.stdout.write(f"{path.name}: {len(made)} entries, {missing} to translate\n")


def head(code: str) -> str:
    """The header of a new language."""
    locale = Locale.parse(code)
    return HEAD.format(
        code=code,
        name=(locale.get_display_name(code) or code).capitalize(),
        direction="rtl" if locale.character_order == "right-to-left" else "ltr",
        plural_forms=get_plural(code).plural_forms,
    )


def strings(message: Message) -> tuple[str, ...]:
    """All forms of a translation."""
    said = message.string
    return tuple(said) if isinstance(said, tuple | list) else (said or "",)


def renewed(path: Path, wanted: Catalog) -> Catalog:
    """Writes a catalogue the way it always is, so that only what has changed differs; its header
    stays as its translator left it.
    """
    known = read(path)
    known.update(wanted, no_fuzzy_matching=True)
    header = path.read_text("utf-8").split("\n\n", 1)[0].rstrip()
    with path.open("wb") as file:
        file.write(f"{header}\n\n".encode())
        write_po(
            file,
            known,
            width=100,
            omit_header=True,
            sort_output=True,
            ignore_obsolete=True,
            include_lineno=False,
        )
    return known


def read(path: Path) -> Catalog:
    """A catalogue, as a translator left it."""
    with path.open("rb") as file:
        return read_po(file)


if __name__ == "__main__":
    main()
