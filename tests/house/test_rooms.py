"""The rooms of the program: imports go down, folders stay small, cases are behind a door."""

from __future__ import annotations

import re
from collections import Counter

from tests.house.source import ROOT, modules

FLOORS: tuple[tuple[str, ...], ...] = (
    (
        "ecg_core.arrays",
        "ecg_core.importing",
        "ecg_core.leads",
        "ecg_core.models_folder",
        "ecg_core.spreadsheet",
        "ecg_core.words",
    ),
    ("ecg_core.intake",),
    ("ecg_core.signal",),
    ("ecg_core.page",),
    ("ecg_core.read_as",),
    ("ecg_core.prepared",),
    ("ecg_core.preparing",),
    ("ecg_core.network",),
    ("ecg_core.triage",),
    ("ecg_core.most_urgent",),
    ("ecg_core.report",),
    ("ecg_core.store",),
    ("ecg_core.answer",),
    ("ecg_core.rehearsal",),
    ("ecg_core.evidence", "ecg_core.store.background"),
    ("ecg_core.training",),
    ("ecg_core.studies",),
    ("ecg_core.commands",),
    ("ecg_core.cli",),
    ("ecg_core.__main__",),
    ("server",),
    ("widgets",),
    ("pages",),
    ("app",),
)
"""From the ground up. Rooms of one floor know nothing of one another; docs/ARCHITECTURE.md."""

KNOWN: dict[str, str] = {}
"""Arrows that still climb: "from > to" → who will end it. It may only shrink."""
MOST_MODULES = 19
"""In a folder, its `__init__.py` not counted: under twenty."""
BARE_STORE = {
    "widgets/session/person.py": "makes the rooms, which ask for the role",
    "widgets/session/engine.py": "settings, and the store for whoever makes a room",
    "widgets/session/materials.py": "the key of pseudonyms, files of a case in hand",
    "widgets/intake/batch.py": "jobs, after asking who may add ECGs",
    "widgets/intake/submitting.py": "jobs, after asking who may add ECGs",
}
"""Who in pages and widgets may hold the store itself."""


def room(name: str) -> tuple[int, str]:
    """Floor and room of a module."""
    found = [
        (len(prefix), floor, prefix)
        for floor, prefixes in enumerate(FLOORS)
        for prefix in prefixes
        if name == prefix or name.startswith(prefix + ".")
    ]
    if not found:
        return -1, name
    _, floor, prefix = max(found)
    return floor, prefix


def test_every_module_stands_in_a_room() -> None:
    lost = [one.name for one in modules() if room(one.name)[0] < 0 and one.name != "ecg_core"]
    assert not lost, f"give them a floor in FLOORS: {lost}"


def test_imports_of_rooms_only_go_down() -> None:
    climbing = {
        f"{module} > {imported}"
        for module in modules()
        for imported in module.imports
        if imported != "ecg_core"
        and room(imported)[1] != room(module.name)[1]
        and room(imported)[0] >= room(module.name)[0]
    }
    assert climbing == set(KNOWN)


def test_the_app_reaches_neither_training_nor_studies() -> None:
    by_name = {one.name: one for one in modules()}
    via: dict[str, str] = {}
    to_do = [(n, "") for n in by_name if n.split(".")[0] in ("app", "pages", "widgets", "server")]
    while to_do:
        name, by = to_do.pop()
        parts = name.split(".")
        for whole in (".".join(parts[: i + 1]) for i in range(len(parts))):
            if whole in by_name and whole not in via:
                via[whole] = by
                to_do += [(imported, whole) for imported in by_name[whole].imports]
    reached = {
        f"{name} by {by}"
        for name, by in via.items()
        if name.startswith(("ecg_core.training", "ecg_core.studies"))
    }
    assert not reached


def test_no_room_is_crowded() -> None:
    program = [one.path for one in modules()]
    here = Counter(
        one.parent.relative_to(ROOT).as_posix()
        for one in (*program, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py"))
        if one.name != "__init__.py"
    )
    crowded = {folder: count for folder, count in here.items() if count > MOST_MODULES}
    assert not crowded, f"cut these rooms in two: {crowded}"


def test_pages_and_widgets_reach_cases_through_a_room_that_asks_for_the_role() -> None:
    bare = {
        str(one)
        for one in modules()
        if one.name.split(".")[0] in ("pages", "widgets") and re.search(r"\.store\(\)", one.text)
    }
    assert bare <= set(BARE_STORE), f"ask person.room(): {bare - set(BARE_STORE)}"


def test_ecg_core_imports_no_streamlit() -> None:
    wanted = re.compile(r"^\s*(?:import|from) streamlit", re.MULTILINE)
    found = [one.name for one in modules() if wanted.search(one.text)]
    assert not [name for name in found if name.startswith("ecg_core")]
    assert "widgets.session.engine" in found
