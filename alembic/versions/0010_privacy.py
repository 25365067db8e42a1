"""Whose face it is says so by a link, photos go by themselves, and what goes ends in a signed receipt.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def row_columns() -> list[sa.Column]:
    return [
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    ]


def text(name: str, length: int, **options: object) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), nullable=options.pop('nullable', False), **options)


def json(name: str, **options: object) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False, **options)


def time(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def uuid(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def of_a_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f(f'fk_{table}_user_id_user'), ondelete='CASCADE')


def make_erasures() -> None:
    op.create_table('erasure',
    *row_columns(),
    uuid('user_id'),
    text('kind', 12),
    uuid('subject_id'),
    text('sealed_address', 1000),
    time('rows_gone_at'),
    time('signed_at'),
    sa.CheckConstraint("kind IN ('account', 'person', 'consent', 'photos')", name=op.f('ck_erasure_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure')),
    )
    op.create_index(op.f('ix_erasure_user_id'), 'erasure', ['user_id'], unique=False)
    op.create_index('ix_erasure_open', 'erasure', ['created_at'], unique=False, postgresql_where=sa.text('signed_at IS NULL'))
    op.create_table('erased_item',
    sa.Column('id', sa.BigInteger(), autoincrement=True, nullable=False),
    uuid('erasure_id'),
    text('kind', 40),
    text('item', 300),
    text('sha256', 64),
    text('told', 200),
    sa.ForeignKeyConstraint(['erasure_id'], ['erasure.id'], name=op.f('fk_erased_item_erasure_id_erasure'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erased_item')),
    sa.UniqueConstraint('erasure_id', 'kind', 'item', name=op.f('uq_erased_item_erasure_id_kind_item')),
    )
    op.create_table('receipt',
    *row_columns(),
    uuid('user_id'),
    text('kind', 12),
    uuid('erasure_id', nullable=True),
    text('token_hash', 64, nullable=True),
    json('public_key'),
    json('document'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt')),
    sa.UniqueConstraint('erasure_id', name=op.f('uq_receipt_erasure_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_receipt_token_hash')),
    )
    op.create_index('ix_receipt_user_id_created_at', 'receipt', ['user_id', 'created_at', 'id'], unique=False)
    op.add_column('discarded', uuid('erasure_id', nullable=True))
    op.add_column('discarded', time('gone_at'))
    op.add_column('discarded', text('shown_as', 200, server_default=''))
    op.alter_column('discarded', 'shown_as', server_default=None)
    op.create_index(op.f('ix_discarded_erasure_id'), 'discarded', ['erasure_id'], unique=False)
    op.create_foreign_key(op.f('fk_discarded_erasure_id_erasure'), 'discarded', 'erasure', ['erasure_id'], ['id'], ondelete='SET NULL')
    op.add_column('withdrawn', uuid('erasure_id', nullable=True))
    op.create_index(op.f('ix_withdrawn_erasure_id'), 'withdrawn', ['erasure_id'], unique=False)


def make_handshakes() -> None:
    op.create_table('handshake',
    *row_columns(),
    uuid('user_id'),
    uuid('person_id'),
    text('token_hash', 64),
    json('uses'),
    json('packs'),
    text('note', 300),
    text('status', 8),
    text('sealed_email', 1000),
    sa.Column('is_hiding', sa.Boolean(), nullable=False),
    time('hidden_at'),
    uuid('erasure_id', nullable=True),
    time('expires_at', nullable=False),
    time('answered_at'),
    time('ended_at'),
    sa.CheckConstraint("status IN ('asked', 'approved', 'declined', 'revoked', 'ended')", name=op.f('ck_handshake_status')),
    of_a_user('handshake'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handshake')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_handshake_token_hash')),
    )
    op.create_index(op.f('ix_handshake_user_id'), 'handshake', ['user_id'], unique=False)
    op.create_index('ix_handshake_person_id_created_at', 'handshake', ['person_id', 'created_at'], unique=False)
    op.create_index('ix_handshake_hiding', 'handshake', ['id'], unique=False, postgresql_where=sa.text('is_hiding <> (hidden_at IS NOT NULL)'))
    op.create_table('past_face',
    uuid('id'),
    uuid('user_id'),
    uuid('person_id'),
    of_a_user('past_face'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_past_face')),
    )
    op.create_index(op.f('ix_past_face_user_id'), 'past_face', ['user_id'], unique=False)
    op.create_index(op.f('ix_past_face_person_id'), 'past_face', ['person_id'], unique=False)
    # A consent before this one was to everything.
    for name in ('uses', 'packs'):
        op.add_column('consent', json(name, server_default=sa.text("'[]'::jsonb")))
        op.alter_column('consent', name, server_default=None)
    op.add_column('consent', text('answered_by', 64, server_default=''))
    op.alter_column('consent', 'answered_by', server_default=None)
    op.add_column('consent', uuid('handshake_id', nullable=True))
    op.alter_column('consent', 'basis', type_=sa.String(length=10))
    op.drop_constraint(op.f('ck_consent_basis'), 'consent')
    op.create_check_constraint(op.f('ck_consent_basis'), 'consent', "basis IN ('own', 'release', 'pet', 'handshake')")


def make_deletions() -> None:
    op.create_table('deletion',
    *row_columns(),
    uuid('user_id'),
    time('due_at', nullable=False),
    of_a_user('deletion'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deletion')),
    sa.UniqueConstraint('user_id', name=op.f('uq_deletion_user_id')),
    )
    op.create_index(op.f('ix_deletion_due_at'), 'deletion', ['due_at'], unique=False)
    op.create_table('export_link',
    *row_columns(),
    uuid('user_id'),
    text('token_hash', 64),
    time('expires_at', nullable=False),
    time('used_at'),
    of_a_user('export_link'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_export_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_export_link_token_hash')),
    )
    op.create_index(op.f('ix_export_link_user_id'), 'export_link', ['user_id'], unique=False)


# Amounts are never changed. Words of what they were for may be taken out, when an account is erased.
WORDS_MAY_GO = """CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'transfer' THEN
    IF to_jsonb(NEW) - '{updated_at,memo,reason}'::text[] = to_jsonb(OLD) - '{updated_at,memo,reason}'::text[]
      AND OLD.memo @> NEW.memo AND NEW.reason IN ('', OLD.reason) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$"""
NOTHING_MAY_GO = """CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$"""


def upgrade() -> None:
    op.execute(WORDS_MAY_GO)
    make_erasures()
    make_handshakes()
    make_deletions()
    # Who agreed before this did so to words that keep photos until they are deleted.
    op.add_column('person', text('retention', 14, server_default='keep'))
    op.alter_column('person', 'retention', server_default=None)
    op.create_check_constraint(op.f('ck_person_retention'), 'person', "retention IN ('after_training', 'days_30', 'keep')")
    op.add_column('frame', time('hidden_at'))
    op.create_index('ix_frame_hidden', 'frame', ['hidden_at'], unique=False, postgresql_where=sa.text('hidden_at IS NOT NULL'))


def downgrade() -> None:
    op.execute(NOTHING_MAY_GO)
    op.drop_index('ix_frame_hidden', table_name='frame')
    op.drop_column('frame', 'hidden_at')
    op.drop_constraint(op.f('ck_person_retention'), 'person')
    op.drop_column('person', 'retention')
    op.drop_table('export_link')
    op.drop_table('deletion')
    op.execute(sa.text("DELETE FROM consent WHERE basis = 'handshake'"))
    op.drop_constraint(op.f('ck_consent_basis'), 'consent')
    op.create_check_constraint(op.f('ck_consent_basis'), 'consent', "basis IN ('own', 'release', 'pet')")
    op.alter_column('consent', 'basis', type_=sa.String(length=8))
    for name in ('handshake_id', 'answered_by', 'packs', 'uses'):
        op.drop_column('consent', name)
    op.drop_table('past_face')
    op.drop_table('handshake')
    op.drop_column('withdrawn', 'erasure_id')
    op.drop_column('discarded', 'shown_as')
    op.drop_column('discarded', 'gone_at')
    op.drop_column('discarded', 'erasure_id')
    op.drop_table('receipt')
    op.drop_table('erased_item')
    op.drop_table('erasure')
