"""Second factors of accounts: sealed secret, last time step, recovery codes that are left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("factor", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("factor_step", sa.Integer(), nullable=True))
    op.add_column("accounts", sa.Column("recovery", sa.Text(), nullable=True))
