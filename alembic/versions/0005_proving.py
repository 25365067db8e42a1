"""What is measured of a pack in the making: its knobs, and its test grids; a version keeps what its knobs were measured at.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def row_columns() -> list[sa.Column]:
    return [
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    ]


def text(name: str, length: int, **options: object) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), nullable=False, **options)


def json(name: str, **options: object) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False, **options)


def number(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.add_column('pack_version', json('proof', server_default=sa.text("'{}'::jsonb")))
    op.alter_column('pack_version', 'proof', server_default=None)
    op.create_table('knob_proof',
    *row_columns(),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    number('run'),
    text('status', 8),
    text('fingerprint', 64),
    json('definition'),
    number('done'),
    number('total'),
    json('result'),
    text('error', 500),
    sa.CheckConstraint("status IN ('running', 'done', 'failed')", name=op.f('ck_knob_proof_status')),
    sa.ForeignKeyConstraint(['draft_id'], ['pack_draft.id'], name=op.f('fk_knob_proof_draft_id_pack_draft'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knob_proof')),
    sa.UniqueConstraint('draft_id', name=op.f('uq_knob_proof_draft_id'))
    )
    op.create_table('draft_grid',
    *row_columns(),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    number('revision'),
    text('title', 120),
    json('across'),
    json('down'),
    json('request'),
    sa.ForeignKeyConstraint(['draft_id'], ['pack_draft.id'], name=op.f('fk_draft_grid_draft_id_pack_draft'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_grid'))
    )
    op.create_index('ix_draft_grid_draft_id_created_at', 'draft_grid', ['draft_id', 'created_at', 'id'], unique=False)
    op.create_table('draft_cell',
    *row_columns(),
    sa.Column('grid_id', sa.Uuid(), nullable=False),
    number('number'),
    json('personas'),
    json('look'),
    number('seed'),
    text('aspect', 8),
    text('alt', 300),
    text('status', 8),
    text('error', 500),
    number('attempt'),
    sa.CheckConstraint("status IN ('waiting', 'done', 'failed')", name=op.f('ck_draft_cell_status')),
    sa.CheckConstraint("status <> 'failed' OR error <> ''", name=op.f('ck_draft_cell_failure')),
    sa.ForeignKeyConstraint(['grid_id'], ['draft_grid.id'], name=op.f('fk_draft_cell_grid_id_draft_grid'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_cell')),
    sa.UniqueConstraint('grid_id', 'number', name=op.f('uq_draft_cell_grid_id_number'))
    )


def downgrade() -> None:
    op.drop_table('draft_cell')
    op.drop_table('draft_grid')
    op.drop_table('knob_proof')
    op.drop_column('pack_version', 'proof')
