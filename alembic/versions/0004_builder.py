"""Packs in the making: drafts, every change to them, restore points; owners of packs, and what a version brought.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
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


def json(name: str) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False)


def upgrade() -> None:
    op.add_column('pack', sa.Column('owner_id', sa.Uuid(), nullable=True))
    op.add_column('pack', sa.Column('is_unlisted', sa.Boolean(), nullable=False, server_default=sa.false()))
    # Every pack there was is the house's, and anybody may start from those.
    op.add_column('pack', sa.Column('may_fork', sa.Boolean(), nullable=False, server_default=sa.true()))
    op.alter_column('pack', 'is_unlisted', server_default=None)
    op.alter_column('pack', 'may_fork', server_default=None)
    op.create_index(op.f('ix_pack_owner_id'), 'pack', ['owner_id'], unique=False)
    op.create_foreign_key(op.f('fk_pack_owner_id_user'), 'pack', 'user', ['owner_id'], ['id'], ondelete='SET NULL')
    op.add_column('pack_version', text('changelog', 4000, server_default=''))
    op.alter_column('pack_version', 'changelog', server_default=None)
    op.add_column('pack_version', sa.Column('published_by', sa.Uuid(), nullable=True))
    op.create_table('pack_draft',
    *row_columns(),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('pack_id', sa.Uuid(), nullable=True),
    sa.Column('forked_from_version_id', sa.Uuid(), nullable=True),
    text('title', 80),
    text('slug', 60),
    json('document'),
    json('pictures'),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('head_change_id', sa.Uuid(), nullable=False),
    sa.Column('is_unlisted', sa.Boolean(), nullable=False),
    sa.Column('may_fork', sa.Boolean(), nullable=False),
    sa.Column('publish_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('revision >= 1', name=op.f('ck_pack_draft_revision')),
    sa.ForeignKeyConstraint(['forked_from_version_id'], ['pack_version.id'], name=op.f('fk_pack_draft_forked_from_version_id_pack_version'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['pack_id'], ['pack.id'], name=op.f('fk_pack_draft_pack_id_pack'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_pack_draft_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack_draft'))
    )
    op.create_index(op.f('ix_pack_draft_pack_id'), 'pack_draft', ['pack_id'], unique=False)
    op.create_index('ix_pack_draft_publish_at', 'pack_draft', ['publish_at'], unique=False, postgresql_where=sa.text('publish_at IS NOT NULL'))
    op.create_index('ix_pack_draft_user_id_updated_at', 'pack_draft', ['user_id', 'updated_at', 'id'], unique=False)
    op.create_table('pack_change',
    *row_columns(),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('parent_change_id', sa.Uuid(), nullable=True),
    sa.Column('redo_change_id', sa.Uuid(), nullable=True),
    sa.Column('revision_before', sa.Integer(), nullable=False),
    sa.Column('revision_after', sa.Integer(), nullable=False),
    text('label', 120),
    json('patch'),
    json('inverse'),
    text('client', 60),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['pack_draft.id'], name=op.f('fk_pack_change_draft_id_pack_draft'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack_change')),
    sa.UniqueConstraint('draft_id', 'number', name=op.f('uq_pack_change_draft_id_number'))
    )
    op.create_table('pack_move',
    *row_columns(),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('change_id', sa.Uuid(), nullable=False),
    text('kind', 8),
    text('client', 60),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.CheckConstraint("kind IN ('start', 'change', 'undo', 'redo', 'travel')", name=op.f('ck_pack_move_kind')),
    sa.ForeignKeyConstraint(['draft_id'], ['pack_draft.id'], name=op.f('fk_pack_move_draft_id_pack_draft'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack_move')),
    sa.UniqueConstraint('draft_id', 'revision', name=op.f('uq_pack_move_draft_id_revision'))
    )
    op.create_table('restore_point',
    *row_columns(),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    text('name', 80),
    sa.Column('revision', sa.Integer(), nullable=False),
    json('document'),
    sa.ForeignKeyConstraint(['draft_id'], ['pack_draft.id'], name=op.f('fk_restore_point_draft_id_pack_draft'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_restore_point'))
    )
    op.create_index('ix_restore_point_draft_id_created_at', 'restore_point', ['draft_id', 'created_at'], unique=False)


def downgrade() -> None:
    op.drop_table('restore_point')
    op.drop_table('pack_move')
    op.drop_table('pack_change')
    op.drop_table('pack_draft')
    op.drop_column('pack_version', 'published_by')
    op.drop_column('pack_version', 'changelog')
    op.drop_constraint(op.f('fk_pack_owner_id_user'), 'pack', type_='foreignkey')
    op.drop_index(op.f('ix_pack_owner_id'), table_name='pack')
    op.drop_column('pack', 'may_fork')
    op.drop_column('pack', 'is_unlisted')
    op.drop_column('pack', 'owner_id')
