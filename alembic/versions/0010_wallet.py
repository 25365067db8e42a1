"""The ledger for money: debts, earnings, cash and disputes.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
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


def downgrade() -> None:
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
