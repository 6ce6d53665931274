"""Words on screen, by language: English in the code, every other language in a folder of tables.

`languages()` lists them, `catalogue(language)` says a sentence, writes a number or a date as its
readers do. A language is a folder of gettext tables (`ecg_core/words/de/*.po`) and nothing else.
"""

from ecg_core.words.catalogue import ENGLISH, Catalogue, catalogue, languages, nearest

__all__ = ["ENGLISH", "Catalogue", "catalogue", "languages", "nearest"]
