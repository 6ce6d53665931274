"""Pseudonyms of patients, by which a case finds earlier ECGs of the same person.

Cases of version 0002 have none until `python -m ecg_core patients` makes them from the files.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "case_patients",
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("patient", sa.String(32), nullable=False),
    )
    op.create_index("ix_case_patients_patient", "case_patients", ["patient"])
