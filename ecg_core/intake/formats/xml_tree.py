"""XML of recorders and archives as a tree: no entities, no namespaces, any encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Safe

from ecg_core.intake.values import IntakeError, Upload

AGAIN = "Export it from the cart or archive again, or as a PDF or an image."
_ENTITY = re.compile("<!ENTITY", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_BEFORE_ROOT = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.S | re.I)
_FIRST_TAG = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s>/]")


def text_of(data: bytes) -> str:
    """XML bytes as text; what does not decode is left out."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="ignore")
    if data[:1] == b"\0":
        return data.decode("utf-16-be", errors="ignore")
    if data[1:2] == b"\0":
        return data.decode("utf-16-le", errors="ignore")
    return data.decode("utf-8-sig", errors="ignore")


def root_name(head: bytes) -> str:
    """Name of the root element in lower case, without prefix; "" where the head shows none."""
    # Most files are no XML at all, and said so by their first sign.
    if not head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
        return ""
    match = _FIRST_TAG.match(_BEFORE_ROOT.sub("", text_of(head)))
    return match[1].lower() if match else ""


def check_entities(file: Upload) -> None:
    """Raises IntakeError for a document that declares entities."""
    if _ENTITY.search(text_of(file.data)):
        raise IntakeError(
            f"{file.name} declares XML entities, which no ECG needs and malicious files use.", AGAIN
        )


def tree(file: Upload, what: str) -> Element:
    """The root, tags and attributes without namespaces. what: as in "an HL7 annotated ECG".

    Raises IntakeError for entities and for documents that are damaged.
    """
    check_entities(file)
    try:
        root = _parsed(file.data)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise IntakeError(
            f"{file.name} is {what}, but it is damaged or incomplete.", AGAIN
        ) from error
    for element in root.iter():
        element.tag = _local(element.tag) if isinstance(element.tag, str) else ""
        if any("}" in key for key in element.attrib):
            element.attrib = {_local(key): value for key, value in element.attrib.items()}
    return root


def _parsed(data: bytes) -> Element:
    try:
        return Safe.fromstring(data)  # type: ignore[no-any-return]
    except ParseError:
        # Carts declare one encoding and write another.
        text = data.decode("latin-1") if not _is_utf8(data) else text_of(data)
        return Safe.fromstring(_DECLARATION.sub("", text))  # type: ignore[no-any-return]


def _is_utf8(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:2]:
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def children(parent: Element | None, name: str) -> Iterator[Element]:
    """Children of this name, in any case."""
    for child in parent if parent is not None else ():
        if child.tag.lower() == name.lower():
            yield child


def child(parent: Element | None, *path: str) -> Element | None:
    """The first child at the end of a path of names, or None."""
    for name in path:
        parent = next(children(parent, name), None)
    return parent


def words(element: Element | None) -> str:
    """The text of an element, white space evened out; "" where there is none."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def number(text: str | None) -> float | None:
    """A finite number, or None. A comma may stand for the point."""
    try:
        value = float((text or "").strip().replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < 1e300 else None
