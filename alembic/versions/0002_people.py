"""People, photos, likenesses and consent; grids, saved recipes and the trash; frames with more than one face.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('quote', sa.Column('used_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('consent',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('is_adult', sa.Boolean(), nullable=False),
    sa.Column('basis', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('notice_version', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('text_sha256', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("basis IN ('own', 'release', 'pet')", name=op.f('ck_consent_basis')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_consent_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    op.create_index('ix_consent_person_id', 'consent', ['person_id'], unique=False)
    op.create_table('person',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('relationship', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('likeness_id', sa.Uuid(), nullable=True),
    sa.Column('next_version', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('person', 'pet')", name=op.f('ck_person_kind')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_person_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person'))
    )
    op.create_index('ix_person_user_id_created_at', 'person', ['user_id', 'created_at', 'id'], unique=False)
    op.create_table('likeness',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('job_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('photo_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('trigger_word', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('steps', sa.Integer(), nullable=False),
    sa.Column('stage', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('progress', sa.Integer(), nullable=False),
    sa.Column('error', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('provider', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('provider_id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('weights_url', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.Column('proof_count', sa.Integer(), nullable=False),
    sa.Column('intent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('news_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'training') = (finished_at IS NULL)", name=op.f('ck_likeness_finished_at')),
    sa.CheckConstraint("status <> 'failed' OR error <> ''", name=op.f('ck_likeness_failure')),
    sa.CheckConstraint("status IN ('training', 'ready', 'failed', 'canceled')", name=op.f('ck_likeness_status')),
    sa.CheckConstraint('progress BETWEEN 0 AND 100', name=op.f('ck_likeness_progress')),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_likeness_job_id_job')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_likeness_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_likeness_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_likeness')),
    sa.UniqueConstraint('person_id', 'version', name='uq_likeness_version')
    )
    op.create_index(op.f('ix_likeness_job_id'), 'likeness', ['job_id'], unique=False)
    op.create_index('ix_likeness_training', 'likeness', ['created_at'], unique=False, postgresql_where=sa.text("status = 'training'"))
    op.create_table('photo',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('verdict', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reading', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('content_sha256', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('persona_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("verdict IN ('accepted', 'rejected')", name=op.f('ck_photo_verdict')),
    sa.CheckConstraint('width > 0 AND height > 0', name=op.f('ck_photo_size')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_photo_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_photo_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_photo')),
    sa.UniqueConstraint('person_id', 'content_sha256', name='uq_photo_content')
    )
    op.create_index('ix_photo_person_id_created_at', 'photo', ['person_id', 'created_at', 'id'], unique=False)
    op.create_table('recipe',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('notes', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.Column('is_favourite', sa.Boolean(), nullable=False),
    sa.Column('pack_version_id', sa.Uuid(), nullable=False),
    sa.Column('pack_slug', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('scene_id', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('knobs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('cast', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('frame_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('seed BETWEEN 0 AND 2147483647', name=op.f('ck_recipe_seed')),
    sa.ForeignKeyConstraint(['pack_version_id'], ['pack_version.id'], name=op.f('fk_recipe_pack_version_id_pack_version')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_recipe_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recipe'))
    )
    op.create_index('ix_recipe_user_id_created_at', 'recipe', ['user_id', 'created_at', 'id'], unique=False)
    op.create_table('grid',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('shoot_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('scene_id', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('knobs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('knob_x', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('values_x', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('knob_y', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('values_y', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['shoot_id'], ['shoot.id'], name=op.f('fk_grid_shoot_id_shoot'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_grid_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid'))
    )
    op.create_index('ix_grid_shoot_id_created_at', 'grid', ['shoot_id', 'created_at'], unique=False)
    op.add_column('frame', sa.Column('grid_id', sa.Uuid(), nullable=True))
    op.add_column('frame', sa.Column('cell', sa.Integer(), nullable=True))
    op.add_column('frame', sa.Column('cast', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default='{}'))
    op.alter_column('frame', 'cast', server_default=None)
    op.add_column('frame', sa.Column('personas', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.execute("UPDATE frame SET personas = jsonb_build_array(persona)")
    op.alter_column('frame', 'personas', nullable=False)
    op.add_column('frame', sa.Column('trashed_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f('ix_frame_grid_id'), 'frame', ['grid_id'], unique=False)
    op.create_index('ix_frame_trashed', 'frame', ['trashed_at'], unique=False, postgresql_where=sa.text('trashed_at IS NOT NULL'))
    op.create_foreign_key(op.f('fk_frame_grid_id_grid'), 'frame', 'grid', ['grid_id'], ['id'], ondelete='SET NULL')
    op.drop_column('frame', 'persona')
    op.create_check_constraint(op.f('ck_frame_cell'), 'frame', '(grid_id IS NULL) OR (cell IS NOT NULL)')
    op.create_check_constraint(op.f('ck_frame_trashed_at'), 'frame', 'trashed_at IS NULL OR finished_at IS NOT NULL')


def downgrade() -> None:
    op.drop_column('quote', 'used_at')
    op.drop_constraint(op.f('ck_frame_trashed_at'), 'frame')
    op.drop_constraint(op.f('ck_frame_cell'), 'frame')
    op.add_column('frame', sa.Column('persona', sa.VARCHAR(length=200), nullable=True))
    op.execute("UPDATE frame SET persona = personas ->> 0")
    op.alter_column('frame', 'persona', nullable=False)
    op.drop_constraint(op.f('fk_frame_grid_id_grid'), 'frame', type_='foreignkey')
    op.drop_index('ix_frame_trashed', table_name='frame', postgresql_where=sa.text('trashed_at IS NOT NULL'))
    op.drop_index(op.f('ix_frame_grid_id'), table_name='frame')
    op.drop_column('frame', 'trashed_at')
    op.drop_column('frame', 'personas')
    op.drop_column('frame', 'cast')
    op.drop_column('frame', 'cell')
    op.drop_column('frame', 'grid_id')
    op.drop_index('ix_grid_shoot_id_created_at', table_name='grid')
    op.drop_table('grid')
    op.drop_index('ix_recipe_user_id_created_at', table_name='recipe')
    op.drop_table('recipe')
    op.drop_index('ix_photo_person_id_created_at', table_name='photo')
    op.drop_table('photo')
    op.drop_index('ix_likeness_training', table_name='likeness', postgresql_where=sa.text("status = 'training'"))
    op.drop_index(op.f('ix_likeness_job_id'), table_name='likeness')
    op.drop_table('likeness')
    op.drop_index('ix_person_user_id_created_at', table_name='person')
    op.drop_table('person')
    op.drop_index('ix_consent_person_id', table_name='consent')
    op.drop_table('consent')
