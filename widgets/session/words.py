"""Words in the language of the session: `_("Save")`, `counted("{n} case", "{n} cases", n)`.

Every text that a person sees goes through one of these; what the core says in English as well. Of
a table at the top of a module each text is `noted("…")` where it stands and goes through `_` where
it is shown: the language is known only then. What a cache keeps is English, or keyed by language.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

import streamlit as st

from ecg_core.words import Catalogue, languages
from ecg_core.words import catalogue as catalogue_of
from server import words as browser
from widgets.session.one_run import once
from widgets.session.text import plain

if TYPE_CHECKING:
    # The first paint waits for this module, and must not wait for pandas.
    import pandas as pd
    from pandas.io.formats.style import Styler


class Unable(Protocol):
    """What refusals of every room have."""

    reason: str
    hint: str


_KEY = "language"
_COMPONENT = st.components.v2.component(
    "ecg_language",
    html="<span hidden></span>",
    js="""
    export default function ({ data }) {
      document.documentElement.lang = data.language
      document.cookie = `${data.cookie}=${data.language}; path=/; max-age=31536000; samesite=lax`
    }
    """,
)


def language() -> str:
    """The language of the session: chosen in it, kept by the browser, or asked for by it."""
    return once("language", _language)


def _language() -> str:
    here = st.session_state.get(_KEY)
    if here in languages():
        return str(here)
    return browser.chosen(st.context.cookies, st.context.locale)


def catalogue() -> Catalogue:
    """The words of the session's language."""
    return catalogue_of(language())


def _(text: str, /, context: str = "", **values: object) -> str:
    """A text, its places filled: `_("Chain verified {when} UTC", when=when)`."""
    return catalogue().say(text, context, **values)


def counted(one: str, many: str, n: int, /, **values: object) -> str:
    """A text that depends on a number, its place {n}."""
    return catalogue().count(one, many, n, **values)


def why(problem: Unable) -> str:
    """Why something cannot be done and what helps, as text that is not taken for Markdown."""
    return plain(f"{_(problem.reason)} {_(problem.hint)}".strip())


class Later(str):
    """A text that is given before anybody is there: a cache's `show_spinner`, shown as by `_`."""

    def __str__(self) -> str:
        return _(super().__str__())


def figures(text: str) -> str:
    """Numbers that the core wrote in English ("0.928 (0.919–0.936)"), as the language does."""
    return catalogue().forms.respelt(text).replace(" to ", _(" to "))


def decimals(table: pd.DataFrame, form: Mapping[str, str]) -> Styler:
    """A table whose numbers are written as the language does. form: of a column, as of `format`."""
    written = {
        name: partial(catalogue().forms.format_field, format_spec=spec)
        for name, spec in form.items()
        if not table[name].isna().any()
    }
    return table.style.format(written)


def noted(text: str, /) -> str:
    """A text of a table, as it is: it goes through `_` where it is shown."""
    return text


def number(value: float, digits: int = 0) -> str:
    """A number with so many decimals."""
    return catalogue().number(value, digits)


def percent(share: float, digits: int = 0) -> str:
    """A share of one as a percentage."""
    return catalogue().percent(share, digits)


def day(when: date) -> str:
    """A day."""
    return catalogue().date(when)


def moment(when: datetime) -> str:
    """A day with hour and minute."""
    return catalogue().moment(when)


def second(when: datetime) -> str:
    """A day with hour, minute and second."""
    return catalogue().second(when)


def choose() -> None:
    """The choice of the language; the browser keeps it for the next time, and for signing in."""
    names = languages()
    st.selectbox(
        _("Language"),
        list(names),
        index=list(names).index(language()),
        format_func=names.__getitem__,
        key=_KEY,
        persist_state="session",
    )


def tell_browser() -> None:
    """Let the browser know the language, for who reads the page aloud, and keep it."""
    _COMPONENT(key="spoken", data={"language": language(), "cookie": browser.COOKIE})
