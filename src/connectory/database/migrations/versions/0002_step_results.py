"""Steps keep their results beside their outcomes, in one transaction."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("run_steps", sa.Column("result", sa.String(), nullable=True))
