"""What is said of how a file was read: notes, and doubts of a kind that the reader must judge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Doubt:
    """One reason to doubt how a file was read. code: its row in `DOUBTS`."""

    code: str
    text: str
    hint: str


DOUBTS: dict[str, tuple[str, str]] = {
    "lead_twice": (
        "{lead} is recorded twice and {missing} not at all; the first is shown.",
        "One of the two may be another lead; compare with the original.",
    ),
    "leads_numbered": (
        "The signals are numbered, not named; they are taken for the twelve leads in the usual "
        "order, I to III, aVR to aVF, V1 to V6.",
        "Compare with the original, or name the leads in the file.",
    ),
    "checksum": (
        "A checksum in the file does not fit what it holds: {what}.",
        "The file may have been damaged or changed; export it again.",
    ),
    "more_samples": (
        "{name} holds more samples than its header announces: it goes on longer, or holds more "
        "signals, and then the leads are mixed.",
        "Compare with the original, or export the record again.",
    ),
    "impossible_height": (
        "Waves reach {height:.0f} mV, more than any heart gives: the unit or gain in the file is "
        "probably wrong.",
        "Heights and what rests on them cannot be trusted.",
    ),
    "time_unstated": (
        "The file holds its leads in groups and does not say when {leads} were recorded; they are "
        "shown as if all leads were recorded at the same time.",
        "Beats that stand above one another may be different ones: compare with the original.",
    ),
    "pages_unlike": (
        "The two pages name different persons, numbers, dates or times.",
        "They may be of different ECGs: compare them with the original.",
    ),
    "pages_unnamed": (
        "Whether both pages are of the same person and time could not be read.",
        "Compare names, dates and times on both pages.",
    ),
    "picture_damaged": (
        "The picture is damaged: parts of it could not be decoded and may be wrong.",
        "Compare with the original, or scan or export it again.",
    ),
    "document_damaged": (
        "{parts} of the PDF {are} damaged; what stood there may be missing on the page.",
        "Compare with the original, or export it again.",
    ),
    "lead_offset": (
        "The file shifts {leads} by an offset whose unit its format does not state; it was not "
        "applied.",
        "Compare with the original.",
    ),
}
"""Every doubt of intake: its sentence and what to do, by code."""


class Told:
    """Gathers what is said while one case is read; each sentence once."""

    def __init__(self) -> None:
        self._notes: dict[str, None] = {}
        self._doubts: dict[Doubt, None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader of the ECG should know."""
        return tuple(self._notes)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What the reader of the ECG must judge."""
        return tuple(self._doubts)

    def note(self, *sentences: str) -> None:
        """Say something in our own words; nothing of a file but names of leads and files."""
        self._notes.update(dict.fromkeys(sentences))

    def doubt(self, code: str, **measured: object) -> None:
        """Doubt by a row of `DOUBTS`, with what was found."""
        text, hint = DOUBTS[code]
        self._doubts[Doubt(code, text.format(**measured), hint)] = None

    def take(self, notes: Iterable[str], doubts: Iterable[Doubt] = ()) -> None:
        """Add what was told elsewhere."""
        self._notes.update(dict.fromkeys(notes))
        self._doubts.update(dict.fromkeys(doubts))
