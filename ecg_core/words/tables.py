"""The tables of a language: gettext files, read as they are, all of a folder as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Wording:
    """One text in English and in another language.

    many: the English plural, "" where the text has none. said: the text, or its forms of plural.
    file: the table that it stands in.
    """

    english: str
    many: str
    context: str
    said: tuple[str, ...]
    fuzzy: bool
    file: str


def entries(language: str, folder: Path = FOLDER) -> Iterator[Wording]:
    """Every entry of a language, table by table."""
    for path in sorted((folder / language).glob("*.po")):
        with path.open("rb") as file:
            table = read_po(file, locale=language)
        for message in table:
            if not message.id:
                continue
            ids = message.id if isinstance(message.id, tuple | list) else (message.id, "")
            said = message.string
            forms = tuple(said) if isinstance(said, tuple | list) else (said or "",)
            english, many = str(ids[0]), str(ids[1])
            yield Wording(english, many, message.context or "", forms, message.fuzzy, path.name)
