"""Indices by which a list of many cases is not sorted anew, and a case's events are found at once.

Without statistics SQLite takes the index on an action alone for "this action of this case", and
walks over every case's; of a list sorted by urgency it reads all that is open to show the first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_OPEN = "status IN ('new', 'in_reading', 'second_wanted', 'disagreement')"


def upgrade() -> None:
    op.create_index("ix_events_case_action", "events", ["case_id", "action", "seq"])
    op.drop_index("ix_events_case_id", "events")
    op.create_index(
        "ix_case_states_open",
        "case_states",
        ["rank", "arrived_utc", "case_id"],
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
    # With an index on the status SQLite would take that one, and sort.
    op.drop_index("ix_case_states_order", "case_states")
