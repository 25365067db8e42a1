"""Ways in: links, API keys, passwords, authenticators, passkeys, linked accounts; what each session is; a security log.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None
OF_A_USER = ('api_key', 'password', 'authenticator', 'recovery_code', 'passkey', 'linked_identity', 'security_event')


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


def time(name: str, *, nullable: bool = False, **options: object) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, **options)


def of_a_user(table: str, *columns: sa.schema.SchemaItem, is_unique: bool = False) -> None:
    """A table of what belongs to one account and goes with it."""
    only = [sa.UniqueConstraint('user_id', name=op.f(f'uq_{table}_user_id'))] if is_unique else []
    op.create_table(table,
    *row_columns(),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    *columns,
    *only,
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f(f'fk_{table}_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
    )


def unique(table: str, *names: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*names, name=op.f(f"uq_{table}_{'_'.join(names)}"))


def change_what_was_there() -> None:
    op.add_column('user', text('name', 100, server_default=''))
    op.add_column('user', sa.Column('is_external', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('user', sa.Column('asks_passkey', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('user', sa.Column('tells_sign_ins', sa.Boolean(), nullable=False, server_default=sa.true()))
    op.drop_constraint(op.f('ck_user_has_identifier'), 'user', type_='check')
    op.create_check_constraint(op.f('ck_user_has_identifier'), 'user', 'email IS NOT NULL OR phone IS NOT NULL OR is_external')
    op.add_column('sign_in_code', text('purpose', 20, server_default='sign-in'))
    op.alter_column('sign_in_code', 'purpose', server_default=None)
    op.drop_constraint(op.f('uq_sign_in_code_identifier'), 'sign_in_code', type_='unique')
    op.create_unique_constraint(op.f('uq_sign_in_code_identifier_purpose'), 'sign_in_code', ['identifier', 'purpose'])
    op.add_column('user_session', text('address', 60, server_default=''))
    op.add_column('user_session', text('way', 20, server_default='code'))
    for name in ('last_seen_at', 'proven_at'):
        op.add_column('user_session', time(name, server_default=sa.text('now()')))
        op.execute(f'UPDATE user_session SET {name} = created_at')
    for name in ('address', 'way', 'last_seen_at', 'proven_at'):
        op.alter_column('user_session', name, server_default=None)


def upgrade() -> None:
    change_what_was_there()
    op.create_table('wrong_guesses',
    *row_columns(),
    text('subject', 300),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wrong_guesses')),
    unique('wrong_guesses', 'subject', 'day'),
    )
    op.create_table('slip',
    *row_columns(),
    text('purpose', 20),
    text('secret_hash', 64),
    text('subject', 254),
    json('data'),
    sa.Column('tries', sa.Integer(), nullable=False),
    time('expires_at'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slip')),
    unique('slip', 'secret_hash'),
    )
    op.create_index(op.f('ix_slip_expires_at'), 'slip', ['expires_at'], unique=False)
    op.create_index(op.f('ix_slip_subject'), 'slip', ['subject'], unique=False)
    of_a_user('api_key', text('name', 80), text('key_hash', 64), text('hint', 8), json('scopes'),
              time('expires_at', nullable=True), time('last_used_at', nullable=True), time('revoked_at', nullable=True),
              unique('api_key', 'key_hash'))
    of_a_user('password', text('hash', 60), is_unique=True)
    of_a_user('authenticator', text('sealed_secret', 300), sa.Column('last_step', sa.BigInteger(), nullable=False),
              time('confirmed_at', nullable=True), is_unique=True)
    of_a_user('recovery_code', text('code_hash', 64), time('used_at', nullable=True), unique('recovery_code', 'code_hash'))
    of_a_user('passkey', text('credential_id', 1400), sa.Column('public_key', sa.LargeBinary(), nullable=False),
              sa.Column('sign_count', sa.BigInteger(), nullable=False), text('name', 80), json('transports'),
              time('last_used_at', nullable=True), unique('passkey', 'credential_id'))
    of_a_user('linked_identity', text('provider', 20), text('issuer', 300), text('subject', 255), text('shown', 254),
              unique('linked_identity', 'issuer', 'subject'))
    of_a_user('security_event', text('kind', 30), text('detail', 254), text('agent', 200), text('address', 60))
    op.create_index('ix_security_event_user_id_created_at', 'security_event', ['user_id', 'created_at', 'id'], unique=False)
    for table in ('api_key', 'recovery_code', 'passkey', 'linked_identity'):
        op.create_index(op.f(f'ix_{table}_user_id'), table, ['user_id'], unique=False)


def downgrade() -> None:
    for table in (*reversed(OF_A_USER), 'slip', 'wrong_guesses'):
        op.drop_table(table)
    for name in ('proven_at', 'last_seen_at', 'way', 'address'):
        op.drop_column('user_session', name)
    op.execute("DELETE FROM sign_in_code WHERE purpose <> 'sign-in'")
    op.drop_constraint(op.f('uq_sign_in_code_identifier_purpose'), 'sign_in_code', type_='unique')
    op.create_unique_constraint(op.f('uq_sign_in_code_identifier'), 'sign_in_code', ['identifier'])
    op.drop_column('sign_in_code', 'purpose')
    # Who is known by no address cannot be, before this revision: they keep their account under one that reaches nobody.
    op.execute("UPDATE \"user\" SET email = id || '@external.invalid' WHERE email IS NULL AND phone IS NULL")
    op.drop_constraint(op.f('ck_user_has_identifier'), 'user', type_='check')
    op.create_check_constraint(op.f('ck_user_has_identifier'), 'user', 'email IS NOT NULL OR phone IS NOT NULL')
    for name in ('tells_sign_ins', 'asks_passkey', 'is_external', 'name'):
        op.drop_column('user', name)
