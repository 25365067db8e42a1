"""Creators' money: terms of packs, coupons, bundles of packs; who earns what, and how it is paid out.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None
OF_PACK = ('launch_fee_dust', 'launch_unlock_dust', 'launch_until', 'royalty_percent', 'royalties', 'archived_at')
OF_FRAME = ('fee_dust', 'discount_dust', 'coupon_take_id')
TABLES = ('bundled_pack', 'pack_bundle', 'coupon_take', 'coupon', 'payout', 'earning', 'payee')
LAUNCH = '(launch_until IS NULL) = (launch_fee_dust IS NULL) AND (launch_until IS NULL) = (launch_unlock_dust IS NULL)'


def text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), nullable=False)


def number(name: str, *, nullable: bool = False, is_big: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger() if is_big else sa.Integer(), nullable=nullable)


def time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def uuid(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f'fk_{table}_{column}_{other}')
    return sa.ForeignKeyConstraint([column], [f'{other}.id'], name=name, ondelete='CASCADE')


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def table(name: str, *columns: sa.schema.SchemaItem, **checks: str) -> None:
    op.create_table(
        name,
        uuid('id'),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        *columns,
        *[sa.CheckConstraint(condition, name=op.f(f'ck_{name}_{word}')) for word, condition in checks.items()],
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{name}')),
    )


def terms() -> None:
    op.add_column('pack', number('launch_fee_dust', nullable=True))
    op.add_column('pack', number('launch_unlock_dust', nullable=True))
    op.add_column('pack', time('launch_until', nullable=True))
    op.add_column('pack', sa.Column('royalty_percent', sa.Integer(), nullable=False, server_default='0'))
    royalties = sa.Column(
        'royalties', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=sa.text("'[]'")
    )
    op.add_column('pack', royalties)
    op.add_column('pack', time('archived_at', nullable=True))
    for name in ('royalty_percent', 'royalties'):
        op.alter_column('pack', name, server_default=None)
    checks = {
        'royalty_percent': 'royalty_percent BETWEEN 0 AND 20',
        'launch': LAUNCH,
        'launch_dust': 'launch_fee_dust >= 0 AND launch_unlock_dust >= 0',
    }
    for name, condition in checks.items():
        op.create_check_constraint(op.f(f'ck_pack_{name}'), 'pack', condition)
    op.drop_constraint(op.f('ck_pack_unlock_dust'), 'pack_unlock', type_='check')
    op.create_check_constraint(op.f('ck_pack_unlock_dust'), 'pack_unlock', 'dust >= 0')


def bills() -> None:
    for name in ('fee_dust', 'discount_dust'):
        op.add_column('frame', sa.Column(name, sa.Integer(), nullable=False, server_default='0'))
        op.alter_column('frame', name, server_default=None)
    op.add_column('frame', uuid('coupon_take_id', nullable=True))
    condition = 'fee_dust BETWEEN 0 AND price_dust AND discount_dust >= 0'
    op.create_check_constraint(op.f('ck_frame_fee_dust'), 'frame', condition)
    is_used = sa.text('coupon_take_id IS NOT NULL')
    op.create_index('ix_frame_coupon', 'frame', ['coupon_take_id'], postgresql_where=is_used)


def coupons() -> None:
    table(
        'coupon', uuid('pack_id'), uuid('creator_id'), text('code', 24), number('percent', nullable=True),
        number('dust', nullable=True), number('takers'), number('taken'), time('expires_at'),
        time('ended_at', nullable=True), points_to('coupon', 'pack_id', 'pack'),
        points_to('coupon', 'creator_id', 'user'), unique('coupon', 'code'),
        kind='(percent IS NULL) <> (dust IS NULL)',
        percent='percent BETWEEN 1 AND 100',
        dust='dust BETWEEN 1 AND 10000',
        takers='takers BETWEEN 1 AND 10000 AND taken BETWEEN 0 AND takers',
    )
    op.create_index(op.f('ix_coupon_creator_id'), 'coupon', ['creator_id'])
    op.create_index('ix_coupon_pack_id_created_at', 'coupon', ['pack_id', 'created_at', 'id'])
    table(
        'coupon_take', uuid('coupon_id'), uuid('user_id'), uuid('job_id', nullable=True), time('spent_at', nullable=True),
        points_to('coupon_take', 'coupon_id', 'coupon'), points_to('coupon_take', 'user_id', 'user'),
        unique('coupon_take', 'coupon_id', 'user_id'),
        spent='spent_at IS NULL OR job_id IS NOT NULL',
    )
    op.create_index(op.f('ix_coupon_take_user_id'), 'coupon_take', ['user_id'])


def bundles() -> None:
    table(
        'pack_bundle', uuid('creator_id'), text('title', 60), number('dust'), time('ended_at', nullable=True),
        points_to('pack_bundle', 'creator_id', 'user'),
        dust='dust BETWEEN 1 AND 10000',
    )
    op.create_index('ix_pack_bundle_creator_id_created_at', 'pack_bundle', ['creator_id', 'created_at', 'id'])
    table(
        'bundled_pack', uuid('bundle_id'), uuid('pack_id'), number('dust'),
        points_to('bundled_pack', 'bundle_id', 'pack_bundle'), points_to('bundled_pack', 'pack_id', 'pack'),
        unique('bundled_pack', 'bundle_id', 'pack_id'),
        dust='dust >= 0',
    )
    op.create_index(op.f('ix_bundled_pack_pack_id'), 'bundled_pack', ['pack_id'])


def earnings() -> None:
    counters = ('bought_units', 'bought_dust', 'granted_units', 'granted_dust')
    table(
        'payee', uuid('user_id'), *[number(name, is_big=True) for name in counters], text('account', 100),
        text('standing', 10), text('missing', 300), unique('payee', 'user_id'),
        units='bought_units >= 0 AND granted_units >= 0',
        dust='bought_dust >= 0 AND granted_dust >= 0',
        standing="standing IN ('none', 'started', 'ready')",
    )
    table(
        'earning', uuid('user_id'), text('key', 200), text('source', 200), text('what', 10),
        sa.Column('is_royalty', sa.Boolean(), nullable=False), uuid('pack_id'), text('title', 40), number('percent'),
        number('sold_dust'), number('bought_units', is_big=True), number('granted_units', is_big=True),
        number('bought_dust'), number('granted_dust'), number('owed_dust'), text('state', 10), time('matures_at'),
        unique('earning', 'key'),
        what="what IN ('frame', 'unlock')",
        state="state IN ('pending', 'available', 'taken_back')",
        dust='least(bought_dust, granted_dust, owed_dust) >= 0',
        owed='owed_dust <= bought_dust + granted_dust',
        units='least(bought_units, granted_units) >= 0',
        share='sold_dust > 0 AND percent BETWEEN 0 AND 100',
    )
    op.create_index(op.f('ix_earning_source'), 'earning', ['source'])
    op.create_index('ix_earning_user_id_created_at', 'earning', ['user_id', 'created_at', 'id'])
    is_pending = sa.text("state = 'pending'")
    op.create_index('ix_earning_pending', 'earning', ['matures_at'], postgresql_where=is_pending)


def payouts() -> None:
    table(
        'payout', uuid('user_id'), text('key', 100), number('dust'), text('account', 100), text('state', 10),
        text('reference', 100), text('reason', 300), time('ended_at', nullable=True), unique('payout', 'key'),
        dust='dust > 0',
        state="state IN ('open', 'sent', 'paid', 'failed')",
        ended_at="(state IN ('paid', 'failed')) = (ended_at IS NOT NULL)",
        reason="state <> 'failed' OR reason <> ''",
    )
    is_under_way = sa.text("state IN ('open', 'sent')")
    op.create_index(op.f('ix_payout_reference'), 'payout', ['reference'])
    op.create_index('ix_payout_user_id_created_at', 'payout', ['user_id', 'created_at', 'id'])
    op.create_index('ix_payout_open', 'payout', ['created_at'], postgresql_where=is_under_way)
    op.create_index('uq_payout_under_way', 'payout', ['user_id'], unique=True, postgresql_where=is_under_way)


def upgrade() -> None:
    for step in (terms, bills, coupons, bundles, earnings, payouts):
        step()


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    op.drop_index('ix_frame_coupon', 'frame')
    op.drop_constraint(op.f('ck_frame_fee_dust'), 'frame', type_='check')
    for name in OF_FRAME:
        op.drop_column('frame', name)
    op.execute('DELETE FROM pack_unlock WHERE dust = 0')
    op.drop_constraint(op.f('ck_pack_unlock_dust'), 'pack_unlock', type_='check')
    op.create_check_constraint(op.f('ck_pack_unlock_dust'), 'pack_unlock', 'dust > 0')
    for name in OF_PACK:  # with their checks
        op.drop_column('pack', name)
