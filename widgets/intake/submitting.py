"""ECGs that go on the worklist: written down at once, read in the background."""

from __future__ import annotations

from collections.abc import Sequence

from ecg_core.intake.values import Bundle
from ecg_core.store.background.jobs import Jobs
from ecg_core.store.people.roles import Permission
from server import place
from widgets.session import person

UPLOADS = "Uploads"
"""The list of ECGs for which none was named."""


def submit(bundles: Sequence[Bundle], list_name: str = "") -> None:
    """Write ECGs down in this person's name and wake whoever reads them. Raises StoreError."""
    by = person.me(Permission.ADD_ECGS)
    Jobs(place.store()).submit(bundles, list_name or UPLOADS, by.full_name)
    place.JOBS_CAME.set()
