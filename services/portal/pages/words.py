"""The pages' languages: Chinese is what stands in the source, English comes from a catalogue."""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
_LOCALE = Path(__file__).parents[1] / "locale"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return a language's texts; those that are not in its catalogue stay Chinese."""
    file = _LOCALE / f"{language}.po"
    if not file.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with file.open("rb") as stream:
        write_mo(compiled, read_po(stream))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
