"""The ledger for money: debts, earnings, cash and disputes; what is bought, caps, promo codes, nightly checks.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

HOUSE_BEFORE = "'grants_issue', 'revenue'"
HOUSE = "'cash', 'disputes', 'grants_issue', 'revenue'"
DEBTS = "'debt', 'earned_debt'"
ACCOUNTS_BEFORE = f"'granted', 'bought', 'held', 'earned', {HOUSE_BEFORE}"
ACCOUNTS = (
    "'granted', 'bought', 'held', 'debt', 'earned_pending', 'earned', 'payout', 'earned_debt', 'grants_issue', 'revenue', "
    "'cash', 'disputes'"
)
KINDS_BEFORE = "'grant', 'hold', 'settle', 'release', 'unlock'"
EARNINGS = "'earn', 'mature', 'payout', 'paid_out', 'payout_failed', 'earn_back'"
KINDS = (
    "'grant', 'promo', 'purchase', 'refund_purchase', 'dispute', 'dispute_won', 'dispute_lost', 'hold', 'settle', 'unlock', "
    f"'release', 'refund', {EARNINGS}"
)


def row(name: str, *parts: object) -> None:
    op.create_table(
        name,
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{name}')),
    )


def dust(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def number(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def word(name: str, length: int, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), nullable=nullable)


def time(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def someone(name: str) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=False)


def buying() -> None:
    row(
        'dust_bundle',
        dust('dust'),
        number('price_cents'),
        sa.Column('is_sold', sa.Boolean(), nullable=False),
        sa.CheckConstraint('dust > 0', name=op.f('ck_dust_bundle_dust')),
        sa.CheckConstraint('price_cents >= 50', name=op.f('ck_dust_bundle_price_cents')),
        sa.UniqueConstraint('dust', name=op.f('uq_dust_bundle_dust')),
    )
    row(
        'purchase',
        someone('user_id'),
        dust('dust'),
        number('price_cents'),
        word('cashier', 20),
        word('checkout_id', 200, nullable=True),
        word('checkout_url', 2000),
        word('status', 10),
        word('means', 80),
        time('paid_at'),
        time('asked_at'),
        dust('credited_dust'),
        number('refunded_cents'),
        dust('refunded_dust'),
        word('dispute', 4),
        dust('disputed_dust'),
        word('trouble', 200),
        sa.CheckConstraint(
            "status IN ('pending', 'paid', 'expired', 'refunded', 'disputed')", name=op.f('ck_purchase_status')
        ),
        sa.CheckConstraint("dispute IN ('none', 'open', 'won', 'lost')", name=op.f('ck_purchase_dispute')),
        sa.CheckConstraint('dust > 0 AND price_cents > 0', name=op.f('ck_purchase_amount')),
        sa.CheckConstraint('credited_dust IN (0, dust)', name=op.f('ck_purchase_credited_dust')),
        sa.CheckConstraint('least(refunded_dust, disputed_dust, refunded_cents) >= 0', name=op.f('ck_purchase_back')),
        sa.CheckConstraint('refunded_dust + disputed_dust <= credited_dust', name=op.f('ck_purchase_taken')),
        sa.UniqueConstraint('checkout_id', name=op.f('uq_purchase_checkout_id')),
    )
    op.create_index('ix_purchase_user_id_created_at', 'purchase', ['user_id', 'created_at', 'id'])
    op.create_index('ix_purchase_asked_at', 'purchase', ['status', 'asked_at'])
    row(
        'cap',
        someone('user_id'),
        dust('daily_dust', nullable=True),
        dust('run_dust', nullable=True),
        sa.CheckConstraint('daily_dust > 0', name=op.f('ck_cap_daily')),
        sa.CheckConstraint('run_dust > 0', name=op.f('ck_cap_run')),
        sa.UniqueConstraint('user_id', name=op.f('uq_cap_user_id')),
    )


def giving() -> None:
    row(
        'promo_code',
        word('code', 40),
        dust('dust'),
        number('max_uses'),
        number('used'),
        time('expires_at'),
        sa.CheckConstraint('dust > 0', name=op.f('ck_promo_code_dust')),
        sa.CheckConstraint('used BETWEEN 0 AND max_uses', name=op.f('ck_promo_code_used')),
        sa.UniqueConstraint('code', name=op.f('uq_promo_code_code')),
    )
    row(
        'promo_use',
        someone('promo_id'),
        someone('user_id'),
        sa.ForeignKeyConstraint(
            ['promo_id'], ['promo_code.id'], name=op.f('fk_promo_use_promo_id_promo_code'), ondelete='CASCADE'
        ),
        sa.UniqueConstraint('promo_id', 'user_id', name=op.f('uq_promo_use_promo_id_user_id')),
    )
    op.create_index(op.f('ix_promo_use_user_id'), 'promo_use', ['user_id'])
    row(
        'reconciliation',
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('problems', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.UniqueConstraint('day', name=op.f('uq_reconciliation_day')),
    )


TABLES = ('dust_bundle', 'purchase', 'cap', 'promo_code', 'promo_use', 'reconciliation')


def check(table: str, **conditions: str | None) -> None:
    """Puts these checks in the place of those that were there; None: no check any more."""
    for name, condition in conditions.items():
        op.execute(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_{name}')
        if condition is not None:
            op.create_check_constraint(op.f(f'ck_{table}_{name}'), table, condition)


def upgrade() -> None:
    check(
        'account',
        kind=f'kind IN ({ACCOUNTS})',
        owner=f'(user_id IS NULL) = (kind IN ({HOUSE}))',
        balance=f'balance >= 0 OR kind IN ({HOUSE}, {DEBTS})',
        debt=f'balance <= 0 OR NOT (kind IN ({DEBTS}))',
    )
    op.execute("""
        INSERT INTO account (id, user_id, kind, shard, balance)
        SELECT gen_random_uuid(), user_id, 'debt', 0, 0 FROM account WHERE kind = 'held'
    """)
    op.add_column('transfer', sa.Column('owed', sa.BigInteger(), nullable=False, server_default='0'))
    op.alter_column('transfer', 'owed', server_default=None)
    op.alter_column('transfer', 'kind', type_=sa.String(length=20), existing_type=sa.String(length=10))
    check(
        'transfer',
        kind=f'kind IN ({KINDS})',
        hold_key="(hold_key IS NOT NULL) = (kind IN ('settle', 'unlock', 'release', 'refund'))",
        parts='least(granted, bought, owed) >= 0',
        split=f'granted + bought + owed = dust OR (kind IN ({EARNINGS}) AND granted + bought = 0 AND owed <= dust)',
    )


    buying()
    giving()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    # The ledger is append-only: it does not go back once dust moved that the older tables cannot tell.
    check(
        'transfer',
        kind=f'kind IN ({KINDS_BEFORE})',
        hold_key="(hold_key IS NOT NULL) = (kind IN ('settle', 'release', 'unlock'))",
        parts=None,
        split='granted >= 0 AND bought >= 0 AND granted + bought = dust',
    )
    op.alter_column('transfer', 'kind', type_=sa.String(length=10), existing_type=sa.String(length=20))
    op.drop_column('transfer', 'owed')
    op.execute("""
        DELETE FROM account WHERE kind IN ('debt', 'earned_pending', 'payout', 'earned_debt', 'cash', 'disputes')
        AND NOT EXISTS (SELECT FROM entry WHERE entry.account_id = account.id)
    """)
    check(
        'account',
        kind=f'kind IN ({ACCOUNTS_BEFORE})',
        owner=f'(user_id IS NULL) = (kind IN ({HOUSE_BEFORE}))',
        balance="balance >= 0 OR kind = 'grants_issue'",
        debt=None,
    )
