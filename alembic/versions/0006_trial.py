"""What a pack asks for once, who has unlocked which, and trials with their testers and free frames.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

KINDS = "'grant', 'hold', 'settle', 'release'"
UNDER_A_HOLD = "'settle', 'release'"


def row_columns() -> list[sa.Column]:
    return [
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    ]


def number(name: str, **options: object) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False, **options)


def someone(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def time(name: str, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def counted(table: str, name: str) -> None:
    """A column of whole numbers that starts at 0 in the rows there are."""
    op.add_column(table, number(name, server_default=sa.text('0')))
    op.alter_column(table, name, server_default=None)


def transfer_kinds(kinds: str, under_a_hold: str) -> None:
    op.drop_constraint(op.f('ck_transfer_kind'), 'transfer')
    op.drop_constraint(op.f('ck_transfer_hold_key'), 'transfer')
    op.create_check_constraint(op.f('ck_transfer_kind'), 'transfer', f'kind IN ({kinds})')
    condition = f'(hold_key IS NOT NULL) = (kind IN ({under_a_hold}))'
    op.create_check_constraint(op.f('ck_transfer_hold_key'), 'transfer', condition)


def upgrade() -> None:
    transfer_kinds(f"{KINDS}, 'unlock'", f"{UNDER_A_HOLD}, 'unlock'")
    counted('pack', 'unlock_dust')
    op.create_check_constraint(op.f('ck_pack_unlock_dust'), 'pack', 'unlock_dust >= 0')
    op.create_table('pack_unlock',
    *row_columns(),
    someone('user_id'),
    someone('pack_id'),
    someone('job_id'),
    number('dust'),
    time('paid_at'),
    sa.CheckConstraint('dust > 0', name=op.f('ck_pack_unlock_dust')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_pack_unlock_user_id_user'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['pack_id'], ['pack.id'], name=op.f('fk_pack_unlock_pack_id_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack_unlock')),
    sa.UniqueConstraint('user_id', 'pack_id', name=op.f('uq_pack_unlock_user_id_pack_id'))
    )
    op.create_index(op.f('ix_pack_unlock_job_id'), 'pack_unlock', ['job_id'], unique=False)
    op.create_index('ix_pack_unlock_pending', 'pack_unlock', ['user_id'], unique=False, postgresql_where=sa.text('paid_at IS NULL'))
    op.create_table('trial',
    *row_columns(),
    someone('pack_id'),
    someone('creator_id'),
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    number('testers'),
    number('frames'),
    time('expires_at', nullable=False),
    time('ended_at'),
    time('dry_at'),
    sa.CheckConstraint('testers BETWEEN 1 AND 20', name=op.f('ck_trial_testers')),
    sa.CheckConstraint('frames > 0', name=op.f('ck_trial_frames')),
    sa.ForeignKeyConstraint(['pack_id'], ['pack.id'], name=op.f('fk_trial_pack_id_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['creator_id'], ['user.id'], name=op.f('fk_trial_creator_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trial')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_trial_token_hash'))
    )
    op.create_index(op.f('ix_trial_creator_id'), 'trial', ['creator_id'], unique=False)
    op.create_index('ix_trial_pack_id_created_at', 'trial', ['pack_id', 'created_at', 'id'], unique=False)
    op.create_table('trial_tester',
    *row_columns(),
    someone('trial_id'),
    someone('user_id'),
    number('ordered'),
    number('delivered'),
    number('paid_dust'),
    sa.CheckConstraint('ordered >= 0 AND delivered BETWEEN 0 AND ordered', name=op.f('ck_trial_tester_frames')),
    sa.CheckConstraint('paid_dust >= 0', name=op.f('ck_trial_tester_paid_dust')),
    sa.ForeignKeyConstraint(['trial_id'], ['trial.id'], name=op.f('fk_trial_tester_trial_id_trial'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_trial_tester_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trial_tester')),
    sa.UniqueConstraint('trial_id', 'user_id', name=op.f('uq_trial_tester_trial_id_user_id'))
    )
    op.create_index(op.f('ix_trial_tester_user_id'), 'trial_tester', ['user_id'], unique=False)
    for name in ('unlock_id', 'tester_id', 'payer_id'):
        op.add_column('frame', someone(name, nullable=True))
    counted('frame', 'payer_dust')
    op.create_check_constraint(op.f('ck_frame_payer_dust'), 'frame', 'payer_dust >= 0 AND (payer_id IS NOT NULL OR payer_dust = 0)')
    op.create_check_constraint(op.f('ck_frame_free'), 'frame', 'payer_id IS NULL OR price_dust = 0')
    op.create_index('ix_frame_unlock', 'frame', ['unlock_id'], unique=False, postgresql_where=sa.text('unlock_id IS NOT NULL'))


def downgrade() -> None:
    op.drop_index('ix_frame_unlock', table_name='frame')
    op.drop_constraint(op.f('ck_frame_free'), 'frame')
    op.drop_constraint(op.f('ck_frame_payer_dust'), 'frame')
    for name in ('payer_dust', 'payer_id', 'tester_id', 'unlock_id'):
        op.drop_column('frame', name)
    op.drop_table('trial_tester')
    op.drop_table('trial')
    op.drop_table('pack_unlock')
    op.drop_constraint(op.f('ck_pack_unlock_dust'), 'pack')
    op.drop_column('pack', 'unlock_dust')
    # The ledger is append-only: what was an unlock stays what it did, held dust that was spent.
    op.execute('ALTER TABLE transfer DISABLE TRIGGER append_only')
    op.execute("ALTER TABLE transfer DROP CONSTRAINT ck_transfer_kind")
    op.execute("ALTER TABLE transfer DROP CONSTRAINT ck_transfer_hold_key")
    op.execute("UPDATE transfer SET kind = 'settle' WHERE kind = 'unlock'")
    op.execute('ALTER TABLE transfer ENABLE TRIGGER append_only')
    op.create_check_constraint(op.f('ck_transfer_kind'), 'transfer', f'kind IN ({KINDS})')
    op.create_check_constraint(op.f('ck_transfer_hold_key'), 'transfer', f'(hold_key IS NOT NULL) = (kind IN ({UNDER_A_HOLD}))')
