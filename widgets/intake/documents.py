"""Documents of several pages that were dropped: the reader chooses which pages are ECGs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ecg_core.intake import with_next
from ecg_core.intake.values import Bundle, IntakeError
from widgets.session import materials
from widgets.session.text import plain
from widgets.session.words import _, counted, why

TILE = 1.414
"""Width to height of a tile: a landscape page of A4."""


@dataclass(frozen=True)
class Document:
    """A document on the desk: its name, and the key of every page."""

    name: str
    pages: tuple[str, ...]

    @property
    def key(self) -> str:
        """What tells it from the session's other documents."""
        return self.pages[0]


def documents() -> list[Document]:
    """The session's documents, the last one dropped first."""
    return st.session_state.setdefault("documents", [])


def keep(pages: Sequence[Bundle]) -> Document:
    """Put a document on the desk; the same one again only comes first."""
    keys = tuple(materials.shelf().put(page) for page in pages)
    document = Document(pages[0].files[0].name, keys)
    others = [held for held in documents() if held.pages != keys]
    st.session_state["documents"] = [document, *others]
    return document


def beside(page: str) -> list[int]:
    """Numbers, from 1, of the pages before and after one, where its document is on the desk."""
    for document in documents():
        if page in document.pages:
            here = document.pages.index(page) + 1
            return [n for n in (here - 1, here + 1) if 1 <= n <= len(document.pages)]
    return []


def _open_joined(page: str, open_pages: Callable[[Sequence[str]], None]) -> None:
    try:
        key = materials.shelf().put(with_next(materials.bundle(page)))
    except IntakeError as error:
        st.error(why(error), icon=":material/block:")
        return
    open_pages([key])


def page_choosers(open_pages: Callable[[Sequence[str]], None]) -> None:
    """Pages of every document as pictures with buttons; open_pages is given the chosen keys."""
    for document in documents():
        with st.container(border=True, key=f"document_{document.key[:12]}"):
            _chooser(document, open_pages)


def _chooser(document: Document, open_pages: Callable[[Sequence[str]], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            _("**{name}** · choose the page with the ECG", name=plain(document.name)),
            width="stretch",
        )
        if st.button(
            counted("Open {n} page", "Open all {n} pages", len(document.pages)),
            key=f"all_{document.key}",
            icon=":material/library_books:",
        ):
            open_pages(document.pages)
        if len(document.pages) == 2 and st.button(
            _("Read both pages as one ECG"),
            key=f"both_{document.key}",
            icon=":material/join:",
            help=_("For limb leads on one page and chest leads on the other."),
        ):
            _open_joined(document.pages[0], open_pages)
        if st.button(
            _("Put away"), key=f"away_{document.key}", icon=":material/close:", type="tertiary"
        ):
            documents().remove(document)
            st.rerun()
    with st.grid("auto", min_column_width=150, gap="small"):
        for number, page in enumerate(document.pages, 1):
            with st.container(gap="xsmall"):
                _picture(document, page, number)
                if st.button(
                    _("Page {number}", number=number), key=f"page_{page}", width="stretch"
                ):
                    open_pages([page])


def _picture(document: Document, page: str, number: int) -> None:
    try:
        tile = on_tile(materials.preview(page))
    except IntakeError as error:
        st.caption(f":material/block: {plain(_(error.reason))}")
        return
    st.image(
        tile, width="stretch", alt=_("Page {number} of {name}", number=number, name=document.name)
    )


def on_tile(picture: np.ndarray) -> np.ndarray:
    """A picture (RGB) in the middle of a clear tile (RGBA) of one shape for all pages."""
    height, width = picture.shape[:2]
    tall, wide = max(height, round(width / TILE)), max(width, round(height * TILE))
    tile = np.zeros((tall, wide, 4), np.uint8)
    top, left = (tall - height) // 2, (wide - width) // 2
    tile[top : top + height, left : left + width, :3] = picture
    tile[top : top + height, left : left + width, 3] = 255
    return tile
