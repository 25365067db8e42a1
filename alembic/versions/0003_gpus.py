"""Who works for us on what, and what was handed over; frames and likenesses made by GPUs.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('route',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('primary_provider', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('primary_model', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('backup_provider', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('backup_model', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('dust', sa.Integer(), nullable=False),
    sa.Column('timeout_s', sa.Integer(), nullable=False),
    sa.Column('expected_s', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('train', 'generate', 'preview', 'edit', 'fill', 'upscale')", name=op.f('ck_route_kind')),
    sa.CheckConstraint('dust >= 0', name=op.f('ck_route_dust')),
    sa.CheckConstraint('timeout_s > 0 AND expected_s > 0', name=op.f('ck_route_times')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_route')),
    sa.UniqueConstraint('kind', name=op.f('uq_route_kind'))
    )
    op.create_table('withdrawn',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('provider', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('handle', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_withdrawn')),
    sa.UniqueConstraint('provider', 'handle', name='uq_withdrawn_handle')
    )
    op.create_table('submission',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('reference', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('provider', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('model', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('refusals', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('provider_id', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=True),
    sa.Column('intent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lost_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.CheckConstraint("(outcome = '') = (ended_at IS NULL)", name=op.f('ck_submission_ended_at')),
    sa.CheckConstraint("kind IN ('train', 'generate', 'preview', 'edit', 'fill', 'upscale')", name=op.f('ck_submission_kind')),
    sa.CheckConstraint("outcome IN ('', 'done', 'failed', 'canceled', 'lost')", name=op.f('ck_submission_outcome')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission')),
    sa.UniqueConstraint('reference', name=op.f('uq_submission_reference'))
    )
    op.create_index('ix_submission_done', 'submission', ['provider', 'model', 'ended_at'], unique=False, postgresql_where=sa.text("outcome = 'done'"))
    op.create_index('uq_submission_provider_id', 'submission', ['provider', 'provider_id'], unique=True, postgresql_where=sa.text("provider_id IS NOT NULL"))
    op.create_index('ix_submission_ended_at', 'submission', ['ended_at'], unique=False)
    op.add_column('frame', sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False, server_default=sa.text("'generate'")))
    op.add_column('frame', sa.Column('weights', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=sa.text("'[]'")))
    op.add_column('frame', sa.Column('source', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False, server_default=sa.text("''")))
    op.add_column('frame', sa.Column('mask', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False, server_default=sa.text("''")))
    op.add_column('frame', sa.Column('model', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False, server_default=sa.text("''")))
    op.add_column('frame', sa.Column('queue_ahead', sa.Integer(), nullable=True))
    op.add_column('frame', sa.Column('log_line', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False, server_default=sa.text("''")))
    # What was under way goes on: its order is known to the provider that took it.
    op.execute(
        """INSERT INTO submission (id, reference, kind, provider, model, refusals, provider_id, intent_at, outcome)
        SELECT gen_random_uuid(), 'frame:' || id || ':' || attempt, 'generate', provider, '', '[]', provider_id, intent_at, ''
        FROM frame WHERE status IN ('waiting', 'developing') AND intent_at IS NOT NULL"""
    )
    op.execute(
        """INSERT INTO submission (id, reference, kind, provider, model, refusals, provider_id, intent_at, outcome)
        SELECT gen_random_uuid(), 'likeness:' || id || ':' || 'train', 'train', provider, '', '[]', provider_id, intent_at, ''
        FROM likeness WHERE status = 'training' AND intent_at IS NOT NULL"""
    )
    op.drop_column('frame', 'provider_id')
    op.drop_column('frame', 'intent_at')
    op.add_column('likeness', sa.Column('model', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False, server_default=sa.text("''")))
    op.add_column('likeness', sa.Column('queue_ahead', sa.Integer(), nullable=True))
    op.add_column('likeness', sa.Column('log_line', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False, server_default=sa.text("''")))
    op.add_column('likeness', sa.Column('weights_home', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False, server_default=sa.text("''")))
    op.add_column('likeness', sa.Column('weights_handle', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False, server_default=sa.text("''")))
    op.add_column('likeness', sa.Column('remote_copies', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=sa.text("'[]'")))
    op.drop_column('likeness', 'weights_url')
    op.drop_column('likeness', 'provider_id')
    op.drop_column('likeness', 'intent_at')
    op.create_check_constraint(op.f('ck_frame_kind'), 'frame', "kind IN ('generate', 'preview', 'edit', 'fill', 'upscale')")
    # The defaults were for rows that existed.
    op.alter_column('frame', 'kind', server_default=None)
    op.alter_column('frame', 'weights', server_default=None)
    op.alter_column('frame', 'source', server_default=None)
    op.alter_column('frame', 'mask', server_default=None)
    op.alter_column('frame', 'model', server_default=None)
    op.alter_column('frame', 'log_line', server_default=None)
    op.alter_column('likeness', 'model', server_default=None)
    op.alter_column('likeness', 'log_line', server_default=None)
    op.alter_column('likeness', 'weights_home', server_default=None)
    op.alter_column('likeness', 'weights_handle', server_default=None)
    op.alter_column('likeness', 'remote_copies', server_default=None)


def downgrade() -> None:
    op.add_column('likeness', sa.Column('intent_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('likeness', sa.Column('provider_id', sa.String(length=200), nullable=True))
    op.add_column('likeness', sa.Column('weights_url', sa.String(length=2000), nullable=False, server_default=''))
    op.drop_column('likeness', 'remote_copies')
    op.drop_column('likeness', 'weights_handle')
    op.drop_column('likeness', 'weights_home')
    op.drop_column('likeness', 'log_line')
    op.drop_column('likeness', 'queue_ahead')
    op.drop_column('likeness', 'model')
    op.alter_column('likeness', 'weights_url', server_default=None)
    op.drop_constraint(op.f('ck_frame_kind'), 'frame', type_='check')
    op.add_column('frame', sa.Column('intent_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('frame', sa.Column('provider_id', sa.String(length=200), nullable=True))
    op.drop_column('frame', 'log_line')
    op.drop_column('frame', 'queue_ahead')
    op.drop_column('frame', 'model')
    op.drop_column('frame', 'mask')
    op.drop_column('frame', 'source')
    op.drop_column('frame', 'weights')
    op.drop_column('frame', 'kind')
    op.drop_index('ix_submission_ended_at', table_name='submission')
    op.drop_index('uq_submission_provider_id', table_name='submission', postgresql_where=sa.text("provider_id IS NOT NULL"))
    op.drop_index('ix_submission_done', table_name='submission', postgresql_where=sa.text("outcome = 'done'"))
    op.drop_table('submission')
    op.drop_table('withdrawn')
    op.drop_table('route')
