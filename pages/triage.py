"""Triage: open ECGs, see the answer and where the model looked, decide."""

from __future__ import annotations

from ecg_core.store.people.roles import Permission
from widgets.desk.reading import reading_screen
from widgets.intake.opening import opening_screen
from widgets.session import person, queue
from widgets.session.entrance import through_app

through_app()
person.me(Permission.ADD_ECGS)
entry = queue.current()
if entry is None:
    opening_screen()
else:
    reading_screen(entry)
