"""What the browser draws by itself, in the language of the session: one component a language.

Words of a page's HTML stand in it as they are; scripts say `say("Fit the width")` and
`written(0.2)` (`assets/viewer/say.js`), and the table for it comes before them. Both are found
here, so that a new word of theirs needs nothing but its entries in the tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from ecg_core.words import catalogue
from widgets.session.words import language

ASSETS = Path(__file__).parents[2] / "assets"
_SAID = re.compile(r'\bsay\(\s*"((?:[^"\\]|\\.)*)"')
_BETWEEN = re.compile(r"(?<=>)([^<>]*[A-Za-z]{2}[^<>]*)(?=<)")
_ICON = re.compile(r"<i class=\"icon\"[^>]*>[^<]*</i>|<kbd>[^<]*</kbd>")
_NAMING = re.compile(r'((?:title|aria-label|alt)=")([^"]*[A-Za-z]{2}[^"]*)(")')


def texts_of_script(script: str) -> list[str]:
    """What a script says.

    >>> texts_of_script('node.title = say("Fit the width");')
    ['Fit the width']
    """
    return [json.loads(f'"{found}"') for found in _SAID.findall(script)]


def texts_of_html(html: str) -> list[str]:
    """What stands in a page, and what its parts are called.

    >>> texts_of_html('<b title="Layout (L)"><i class="icon">close</i> Close </b>')
    ['Close', 'Layout (L)']
    """
    bare = _ICON.sub("", html)
    between = [found.strip() for found in _BETWEEN.findall(bare)]
    return [*between, *(found[1] for found in _NAMING.findall(html))]


def in_language(html: str, say: Callable[[str], str]) -> str:
    """A page with its words said.

    >>> in_language('<b title="Close"><i class="icon">close</i>Close</b>', str.upper)
    '<b title="CLOSE"><i class="icon">close</i>CLOSE</b>'
    """
    icons: list[str] = []

    def away(found: re.Match[str]) -> str:
        icons.append(found.group())
        return f"<{len(icons) - 1}>"

    def said(found: re.Match[str]) -> str:
        text = found.group()
        return text.replace(text.strip(), say(text.strip()))

    bare = _BETWEEN.sub(said, _ICON.sub(away, html))
    whole = re.sub(r"<(\d+)>", lambda found: icons[int(found[1])], bare)
    return _NAMING.sub(lambda found: found[1] + say(found[2]) + found[3], whole)


class Component:
    """A part of the page that the browser draws. folder: of `assets`; scripts: in their order."""

    def __init__(self, name: str, folder: str, html: str, css: str, scripts: Sequence[str]) -> None:
        here = ASSETS / folder
        self.name = name
        self.html = (here / html).read_text(encoding="utf-8") if html.endswith(".html") else html
        self.css = (here / css).read_text(encoding="utf-8")
        files = [ASSETS / "viewer" / "say.js", *(here / f"{script}.js" for script in scripts)]
        self.js = "\n".join(file.read_text(encoding="utf-8") for file in files)
        self._in = cache(self._made)
        EVERY.append(self)

    def texts(self) -> list[str]:
        """Every text that it says."""
        return list(dict.fromkeys((*texts_of_html(self.html), *texts_of_script(self.js))))

    def _made(self, spoken: str) -> Callable[..., Any]:
        words = catalogue(spoken)
        table = {text: words.say(text) for text in texts_of_script(self.js)}
        changed = {text: said for text, said in table.items() if said != text}
        decimal = json.dumps(words.number(0.5, 1)[1])
        told = f"const WORDS = {json.dumps(changed, ensure_ascii=False)}, DECIMAL = {decimal};\n"
        made: Callable[..., Any] = st.components.v2.component(
            f"{self.name}_{spoken}",
            html=in_language(self.html, words.say),
            css=self.css,
            js=told + self.js,
        )
        return made

    def __call__(self, **told: Any) -> Any:
        """Show it. told: key, data and what is called on a change, as of Streamlit's components."""
        return self._in(language())(**told)


EVERY: list[Component] = []
"""All that there are, once their modules are imported."""
