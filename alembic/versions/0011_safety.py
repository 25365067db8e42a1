"""Appeals against refused words; takedowns with their frames and a trail; what frames look like, and hidden ones.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

STATES = "'waiting', 'developing', 'done', 'failed', 'canceled'"
GUARD = """CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON takedown_event FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()"""


def row_columns() -> list[sa.Column]:
    return [
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    ]


def text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), nullable=False)


def json(name: str) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False)


def time(name: str, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def bits(name: str) -> sa.Column:
    return sa.Column(name, postgresql.BIT(256), nullable=True)


def frame_states(states: str, costing: str) -> None:
    op.drop_constraint(op.f('ck_frame_status'), 'frame')
    op.drop_constraint(op.f('ck_frame_only_done_costs'), 'frame')
    op.create_check_constraint(op.f('ck_frame_status'), 'frame', f'status IN ({states})')
    op.create_check_constraint(op.f('ck_frame_only_done_costs'), 'frame', f'{costing} OR charge_dust = 0')


def upgrade() -> None:
    frame_states(f"{STATES}, 'taken_down'", "status IN ('done', 'taken_down')")
    op.add_column('frame', bits('phash'))
    op.create_index('ix_frame_unhashed', 'frame', ['id'], unique=False, postgresql_where=sa.text("status = 'done' AND phash IS NULL"))
    op.create_table('appeal',
    *row_columns(),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    *[text(name, length) for name, length in (('status', 8), ('category', 12), ('field', 60), ('label', 80), ('term', 80), ('typed', 80), ('beside', 80))],
    sa.Column('has_likeness', sa.Boolean(), nullable=False),
    json('texts'), text('note', 1000), text('answer', 1000), json('granted'), time('answered_at'), time('told_at'),
    sa.CheckConstraint("status IN ('open', 'granted', 'upheld')", name=op.f('ck_appeal_status')),
    sa.CheckConstraint("(status <> 'open') = (answered_at IS NOT NULL)", name=op.f('ck_appeal_answered_at')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_appeal_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeal'))
    )
    op.create_index('ix_appeal_user_id_created_at', 'appeal', ['user_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_appeal_status_created_at', 'appeal', ['status', 'created_at'], unique=False)
    op.create_table('takedown',
    *row_columns(),
    *[text(name, length) for name, length in (('number', 16), ('name', 100), ('email', 254), ('reason', 8), ('words', 2000), ('address', 1000), ('pack_slug', 60))],
    bits('phash'), bits('phash_mirrored'), time('due_at', False), time('overdue_told_at'), time('closed_at'), text('outcome', 2000),
    sa.CheckConstraint("reason IN ('me', 'minor', 'work', 'other')", name=op.f('ck_takedown_reason')),
    sa.CheckConstraint("(phash IS NULL) = (phash_mirrored IS NULL)", name=op.f('ck_takedown_phash')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_takedown')),
    sa.UniqueConstraint('number', name=op.f('uq_takedown_number'))
    )
    op.create_index('ix_takedown_open', 'takedown', ['due_at'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('takedown_match',
    *row_columns(),
    sa.Column('takedown_id', sa.Uuid(), nullable=False),
    sa.Column('frame_id', sa.Uuid(), nullable=False),
    sa.Column('bits', sa.Integer(), nullable=True),
    text('state', 8), time('hide_at'),
    sa.CheckConstraint("state IN ('pending', 'hiding', 'hidden', 'showing', 'spared')", name=op.f('ck_takedown_match_state')),
    sa.ForeignKeyConstraint(['takedown_id'], ['takedown.id'], name=op.f('fk_takedown_match_takedown_id_takedown')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_takedown_match')),
    sa.UniqueConstraint('takedown_id', 'frame_id', name=op.f('uq_takedown_match_takedown_id_frame_id'))
    )
    op.create_index('ix_takedown_match_frame_id', 'takedown_match', ['frame_id'], unique=False)
    op.create_index('ix_takedown_match_hide_at', 'takedown_match', ['hide_at'], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_index('ix_takedown_match_moving', 'takedown_match', ['id'], unique=False, postgresql_where=sa.text("state IN ('hiding', 'showing')"))
    op.create_table('takedown_event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('takedown_id', sa.Uuid(), nullable=False),
    *[text(name, length) for name, length in (('kind', 20), ('about', 80), ('by', 80), ('words', 2000))],
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['takedown_id'], ['takedown.id'], name=op.f('fk_takedown_event_takedown_id_takedown')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_takedown_event'))
    )
    op.create_index(op.f('ix_takedown_event_takedown_id'), 'takedown_event', ['takedown_id'], unique=False)
    op.execute(GUARD)


def downgrade() -> None:
    for table in ('takedown_event', 'takedown_match', 'takedown', 'appeal'):
        op.drop_table(table)
    op.drop_index('ix_frame_unhashed', table_name='frame', postgresql_where=sa.text("status = 'done' AND phash IS NULL"))
    op.drop_column('frame', 'phash')
    # Who goes back knows none that were taken down: their pictures lie in another folder, so they count as failed.
    op.execute("UPDATE frame SET status = 'failed', charge_dust = 0, failure_type = 'system' WHERE status = 'taken_down'")
    frame_states(STATES, "status = 'done'")
