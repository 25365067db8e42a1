"""Cells of a test grid say which settings they show. Those made before do not: they are looked at, and no more.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

TEXTS = (('draft_grid', 'across_label', 80), ('draft_grid', 'down_label', 80), ('draft_cell', 'scene_id', 60),
         ('draft_cell', 'stand_in', 40))


def upgrade() -> None:
    for table, name, length in TEXTS:
        op.add_column(table, sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), nullable=False, server_default=''))
        op.alter_column(table, name, server_default=None)
    op.add_column('draft_cell', sa.Column('knobs', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default='{}'))
    op.alter_column('draft_cell', 'knobs', server_default=None)
    op.create_index('ix_draft_cell_waiting', 'draft_cell', ['grid_id'], unique=False, postgresql_where=sa.text("status = 'waiting'"))
    op.drop_column('knob_proof', 'fingerprint')


def downgrade() -> None:
    op.add_column('knob_proof', sa.Column('fingerprint', sa.String(64), nullable=False, server_default=''))
    op.alter_column('knob_proof', 'fingerprint', server_default=None)
    op.drop_index('ix_draft_cell_waiting', table_name='draft_cell', postgresql_where=sa.text("status = 'waiting'"))
    op.drop_column('draft_cell', 'knobs')
    for table, name, _ in reversed(TEXTS):
        op.drop_column(table, name)
