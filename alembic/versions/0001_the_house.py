"""The house: accounts, sessions, the ledger, packs, jobs, shoots, events.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

# The ledger: entries of a transfer sum to zero at commit; transfers and entries are never changed or deleted.
GUARDS = (
    """CREATE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum(amount) FROM entry WHERE transfer_id = NEW.transfer_id) <> 0 THEN
    RAISE EXCEPTION 'the entries of transfer % do not sum to zero', NEW.transfer_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$""",
    """CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$""",
    """CREATE CONSTRAINT TRIGGER sums_to_zero AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_sums_to_zero()""",
    """CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()""",
    """CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()""",
)
NO_GUARDS = (
    """DROP TRIGGER append_only ON transfer""",
    """DROP TRIGGER append_only ON entry""",
    """DROP TRIGGER sums_to_zero ON entry""",
    """DROP FUNCTION ledger_is_append_only()""",
    """DROP FUNCTION ledger_sums_to_zero()""",
)


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('shard', sa.Integer(), nullable=False),
    sa.Column('balance', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("(user_id IS NULL) = (kind IN ('grants_issue', 'revenue'))", name=op.f('ck_account_owner')),
    sa.CheckConstraint("balance >= 0 OR kind = 'grants_issue'", name=op.f('ck_account_balance')),
    sa.CheckConstraint("kind IN ('granted', 'bought', 'held', 'earned', 'grants_issue', 'revenue')", name=op.f('ck_account_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('user_id', 'kind', 'shard', name=op.f('uq_account_user_id_kind_shard'), postgresql_nulls_not_distinct=True)
    )
    op.create_table('discarded',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('prefix', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_discarded')),
    sa.UniqueConstraint('prefix', name=op.f('uq_discarded_prefix'))
    )
    op.create_table('event',
    sa.Column('id', sa.BigInteger(), autoincrement=True, nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('job_id', sa.Uuid(), nullable=True),
    sa.Column('seq', sa.Integer(), nullable=True),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event')),
    sa.UniqueConstraint('job_id', 'seq', name=op.f('uq_event_job_id_seq'))
    )
    op.create_index(op.f('ix_event_created_at'), 'event', ['created_at'], unique=False)
    op.create_index('ix_event_user_id_id', 'event', ['user_id', 'id'], unique=False)
    op.create_table('pack',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('tagline', sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
    sa.Column('code', sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
    sa.Column('ink', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('creator_name', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('category', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('style', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('live_version_id', sa.Uuid(), nullable=True),
    sa.Column('live_number', sa.Integer(), nullable=False),
    sa.Column('price_dust', sa.Integer(), nullable=False),
    sa.Column('searched', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('pictures', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("status IN ('live', 'suspended')", name=op.f('ck_pack_status')),
    sa.CheckConstraint('price_dust >= 0', name=op.f('ck_pack_price_dust')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack')),
    sa.UniqueConstraint('slug', name=op.f('uq_pack_slug'))
    )
    op.create_index('ix_pack_status_created_at_id', 'pack', ['status', 'created_at', 'id'], unique=False)
    op.create_table('price',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('action', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('dust', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('dust >= 0', name=op.f('ck_price_dust')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_price')),
    sa.UniqueConstraint('action', name=op.f('uq_price_action'))
    )
    op.create_table('quote',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('lines', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('total_dust', sa.BigInteger(), nullable=False),
    sa.Column('balance_after', sa.BigInteger(), nullable=False),
    sa.Column('inputs_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quote'))
    )
    op.create_index('ix_quote_user_id_expires_at', 'quote', ['user_id', 'expires_at'], unique=False)
    op.create_table('sign_in_code',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('identifier', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
    sa.Column('code_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_code')),
    sa.UniqueConstraint('identifier', name=op.f('uq_sign_in_code_identifier'))
    )
    op.create_table('stored_reply',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('fingerprint', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_reply')),
    sa.UniqueConstraint('user_id', 'key', name=op.f('uq_stored_reply_user_id_key'))
    )
    op.create_table('transfer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('dust', sa.BigInteger(), nullable=False),
    sa.Column('granted', sa.BigInteger(), nullable=False),
    sa.Column('bought', sa.BigInteger(), nullable=False),
    sa.Column('balance_after', sa.BigInteger(), nullable=False),
    sa.Column('hold_key', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('memo', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("(hold_key IS NOT NULL) = (kind IN ('settle', 'release'))", name=op.f('ck_transfer_hold_key')),
    sa.CheckConstraint("kind IN ('grant', 'hold', 'settle', 'release')", name=op.f('ck_transfer_kind')),
    sa.CheckConstraint('balance_after >= 0', name=op.f('ck_transfer_balance_after')),
    sa.CheckConstraint('granted >= 0 AND bought >= 0 AND granted + bought = dust', name=op.f('ck_transfer_split')),
    sa.ForeignKeyConstraint(['hold_key'], ['transfer.key'], name=op.f('fk_transfer_hold_key_transfer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer')),
    sa.UniqueConstraint('key', name=op.f('uq_transfer_key'))
    )
    op.create_index(op.f('ix_transfer_hold_key'), 'transfer', ['hold_key'], unique=False)
    op.create_index('ix_transfer_user_id_created_at', 'transfer', ['user_id', 'created_at', 'id'], unique=False)
    op.create_table('user',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('fairyname', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('tier', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=True),
    sa.Column('phone', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.CheckConstraint('email IS NOT NULL OR phone IS NOT NULL', name=op.f('ck_user_has_identifier')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
    sa.UniqueConstraint('email', name=op.f('uq_user_email')),
    sa.UniqueConstraint('fairyname', name=op.f('uq_user_fairyname')),
    sa.UniqueConstraint('phone', name=op.f('uq_user_phone'))
    )
    op.create_table('entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('transfer_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_entry_account_id_account')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfer.id'], name=op.f('fk_entry_transfer_id_transfer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry'))
    )
    op.create_index(op.f('ix_entry_account_id'), 'entry', ['account_id'], unique=False)
    op.create_index(op.f('ix_entry_transfer_id'), 'entry', ['transfer_id'], unique=False)
    op.create_table('hold',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('granted', sa.BigInteger(), nullable=False),
    sa.Column('bought', sa.BigInteger(), nullable=False),
    sa.Column('granted_left', sa.BigInteger(), nullable=False),
    sa.Column('bought_left', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('bought_left BETWEEN 0 AND bought', name=op.f('ck_hold_bought')),
    sa.CheckConstraint('granted_left BETWEEN 0 AND granted', name=op.f('ck_hold_granted')),
    sa.ForeignKeyConstraint(['key'], ['transfer.key'], name=op.f('fk_hold_key_transfer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hold')),
    sa.UniqueConstraint('key', name=op.f('uq_hold_key'))
    )
    op.create_index('ix_hold_open', 'hold', ['user_id'], unique=False, postgresql_where=sa.text('granted_left + bought_left > 0'))
    op.create_table('job',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('progress', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('delivered', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('canceled', sa.Integer(), nullable=False),
    sa.Column('held_dust', sa.Integer(), nullable=False),
    sa.Column('charge_dust', sa.Integer(), nullable=False),
    sa.Column('error', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('failure_type', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status IN ('completed', 'failed', 'canceled')) = (completed_at IS NOT NULL)", name=op.f('ck_job_completed_at')),
    sa.CheckConstraint("status <> 'failed' OR (error <> '' AND failure_type IS NOT NULL)", name=op.f('ck_job_failure')),
    sa.CheckConstraint("status IN ('queued', 'processing', 'completed', 'failed', 'canceled')", name=op.f('ck_job_status')),
    sa.CheckConstraint('charge_dust >= 0 AND held_dust >= 0', name=op.f('ck_job_dust')),
    sa.CheckConstraint('completed_at IS NULL OR held_dust = 0', name=op.f('ck_job_nothing_held')),
    sa.CheckConstraint('delivered >= 0 AND failed >= 0 AND canceled >= 0 AND delivered + failed + canceled <= total', name=op.f('ck_job_parts')),
    sa.CheckConstraint('progress BETWEEN 0 AND 100', name=op.f('ck_job_progress')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_job_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job'))
    )
    op.create_index('ix_job_open', 'job', ['kind', 'created_at'], unique=False, postgresql_where=sa.text('completed_at IS NULL'))
    op.create_index('ix_job_user_id_created_at', 'job', ['user_id', 'created_at', 'id'], unique=False)
    op.create_table('pack_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('pack_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('definition', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('pictures', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('content_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['pack.id'], name=op.f('fk_pack_version_pack_id_pack')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack_version')),
    sa.UniqueConstraint('pack_id', 'content_hash', name=op.f('uq_pack_version_pack_id_content_hash')),
    sa.UniqueConstraint('pack_id', 'number', name=op.f('uq_pack_version_pack_id_number'))
    )
    op.create_index(op.f('ix_pack_version_pack_id'), 'pack_version', ['pack_id'], unique=False)
    op.create_table('user_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('cookie_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('agent', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_user_session_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_session')),
    sa.UniqueConstraint('cookie_hash', name=op.f('uq_user_session_cookie_hash'))
    )
    op.create_index(op.f('ix_user_session_user_id'), 'user_session', ['user_id'], unique=False)
    op.create_table('refresh_token',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('spent_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['session_id'], ['user_session.id'], name=op.f('fk_refresh_token_session_id_user_session'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refresh_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_refresh_token_token_hash'))
    )
    op.create_index(op.f('ix_refresh_token_session_id'), 'refresh_token', ['session_id'], unique=False)
    op.create_table('shoot',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('pack_version_id', sa.Uuid(), nullable=False),
    sa.Column('pack_slug', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('cast', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('next_position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['pack_version_id'], ['pack_version.id'], name=op.f('fk_shoot_pack_version_id_pack_version')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_shoot_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shoot'))
    )
    op.create_index('ix_shoot_user_id_created_at', 'shoot', ['user_id', 'created_at', 'id'], unique=False)
    op.create_table('frame',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('shoot_id', sa.Uuid(), nullable=False),
    sa.Column('job_id', sa.Uuid(), nullable=False),
    sa.Column('first_job_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('scene_id', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('scene_title', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('knobs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('output_format', sqlmodel.sql.sqltypes.AutoString(length=4), nullable=False),
    sa.Column('parent_frame_id', sa.Uuid(), nullable=True),
    sa.Column('persona', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('look', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('prompt', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('negative', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('stage', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('progress', sa.Integer(), nullable=False),
    sa.Column('error', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('failure_type', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=True),
    sa.Column('price_dust', sa.Integer(), nullable=False),
    sa.Column('charge_dust', sa.Integer(), nullable=False),
    sa.Column('mark', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('provider', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('provider_id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('slot_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('intent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('news_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status IN ('waiting', 'developing')) = (finished_at IS NULL)", name=op.f('ck_frame_finished_at')),
    sa.CheckConstraint("mark IN ('none', 'ring', 'reject')", name=op.f('ck_frame_mark')),
    sa.CheckConstraint("output_format IN ('png', 'jpeg')", name=op.f('ck_frame_output_format')),
    sa.CheckConstraint("status <> 'failed' OR (error <> '' AND failure_type IS NOT NULL)", name=op.f('ck_frame_failure')),
    sa.CheckConstraint("status = 'done' OR charge_dust = 0", name=op.f('ck_frame_only_done_costs')),
    sa.CheckConstraint("status IN ('waiting', 'developing', 'done', 'failed', 'canceled')", name=op.f('ck_frame_status')),
    sa.CheckConstraint('price_dust >= 0 AND charge_dust BETWEEN 0 AND price_dust', name=op.f('ck_frame_dust')),
    sa.CheckConstraint('progress BETWEEN 0 AND 100', name=op.f('ck_frame_progress')),
    sa.CheckConstraint('seed BETWEEN 0 AND 2147483647', name=op.f('ck_frame_seed')),
    sa.ForeignKeyConstraint(['first_job_id'], ['job.id'], name=op.f('fk_frame_first_job_id_job')),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_frame_job_id_job')),
    sa.ForeignKeyConstraint(['shoot_id'], ['shoot.id'], name=op.f('fk_frame_shoot_id_shoot'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_frame_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_frame')),
    sa.UniqueConstraint('shoot_id', 'position', name='uq_frame_position')
    )
    op.create_index('ix_frame_finished', 'frame', ['finished_at'], unique=False, postgresql_where=sa.text("status = 'done'"))
    op.create_index(op.f('ix_frame_first_job_id'), 'frame', ['first_job_id'], unique=False)
    op.create_index(op.f('ix_frame_job_id'), 'frame', ['job_id'], unique=False)
    op.create_index('ix_frame_open', 'frame', ['user_id', 'created_at'], unique=False, postgresql_where=sa.text("status IN ('waiting', 'developing')"))
    op.create_index(op.f('ix_frame_parent_frame_id'), 'frame', ['parent_frame_id'], unique=False)
    for statement in GUARDS:
        op.execute(statement)


def downgrade() -> None:
    for statement in NO_GUARDS:
        op.execute(statement)
    op.drop_index(op.f('ix_frame_parent_frame_id'), table_name='frame')
    op.drop_index('ix_frame_open', table_name='frame', postgresql_where=sa.text("status IN ('waiting', 'developing')"))
    op.drop_index(op.f('ix_frame_job_id'), table_name='frame')
    op.drop_index(op.f('ix_frame_first_job_id'), table_name='frame')
    op.drop_index('ix_frame_finished', table_name='frame', postgresql_where=sa.text("status = 'done'"))
    op.drop_table('frame')
    op.drop_index('ix_shoot_user_id_created_at', table_name='shoot')
    op.drop_table('shoot')
    op.drop_index(op.f('ix_refresh_token_session_id'), table_name='refresh_token')
    op.drop_table('refresh_token')
    op.drop_index(op.f('ix_user_session_user_id'), table_name='user_session')
    op.drop_table('user_session')
    op.drop_index(op.f('ix_pack_version_pack_id'), table_name='pack_version')
    op.drop_table('pack_version')
    op.drop_index('ix_job_user_id_created_at', table_name='job')
    op.drop_index('ix_job_open', table_name='job', postgresql_where=sa.text('completed_at IS NULL'))
    op.drop_table('job')
    op.drop_index('ix_hold_open', table_name='hold', postgresql_where=sa.text('granted_left + bought_left > 0'))
    op.drop_table('hold')
    op.drop_index(op.f('ix_entry_transfer_id'), table_name='entry')
    op.drop_index(op.f('ix_entry_account_id'), table_name='entry')
    op.drop_table('entry')
    op.drop_table('user')
    op.drop_index('ix_transfer_user_id_created_at', table_name='transfer')
    op.drop_index(op.f('ix_transfer_hold_key'), table_name='transfer')
    op.drop_table('transfer')
    op.drop_table('stored_reply')
    op.drop_table('sign_in_code')
    op.drop_index('ix_quote_user_id_expires_at', table_name='quote')
    op.drop_table('quote')
    op.drop_table('price')
    op.drop_index('ix_pack_status_created_at_id', table_name='pack')
    op.drop_table('pack')
    op.drop_index('ix_event_user_id_id', table_name='event')
    op.drop_index(op.f('ix_event_created_at'), table_name='event')
    op.drop_table('event')
    op.drop_table('discarded')
    op.drop_table('account')
