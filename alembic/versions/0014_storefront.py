"""The shop: searched by words and trigrams, picked and rising packs, creators' storefronts, shared frames.

Revision ID: 0014
Revises: 0013
"""

import re

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

SHOWN = sa.text("status = 'live' AND NOT is_unlisted")
VECTORS = {
    'search_vector': "to_tsvector('english'::regconfig, searched)",
    'title_vector': "to_tsvector('english'::regconfig, (title || ' '::text) || creator_name)",
}
ORDERS = {
    'new': ['created_at', 'id'],
    'title': [sa.text('lower(title)'), 'id'],
    'price': ['first_dust', 'id'],
    'rising': ['rising', 'created_at', 'id'],
    'category': ['category', 'style', 'created_at', 'id'],
    'facets': ['category', 'style', 'first_dust', 'needs_prompt'],
    'owner': ['owner_id', 'created_at'],
}
NEW_COLUMNS = ('needs_prompt', 'rising', 'picked_at', 'picked_why')


def text(length: int | None = None) -> sa.types.TypeEngine:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    op.add_column('pack', sa.Column('needs_prompt', sa.Boolean(), nullable=False, server_default=sa.text('false')))
    op.add_column('pack', sa.Column('rising', sa.Integer(), nullable=False, server_default=sa.text('0')))
    op.add_column('pack', sa.Column('picked_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('pack', sa.Column('picked_why', text(160), nullable=False, server_default=''))
    for name, formula in VECTORS.items():
        op.add_column('pack', sa.Column(name, postgresql.TSVECTOR(), sa.Computed(formula, persisted=True)))
    op.add_column('pack', sa.Column('first_dust', sa.Integer(), sa.Computed('price_dust + unlock_dust', persisted=True)))
    for name, columns in ORDERS.items():
        op.create_index(f'ix_pack_shown_{name}', 'pack', columns, postgresql_where=SHOWN)
    for name in VECTORS:
        op.create_index(f'ix_pack_shown_{name}', 'pack', [name], postgresql_using='gin', postgresql_where=SHOWN)
    op.execute("""
        UPDATE pack SET needs_prompt = true FROM pack_version
        WHERE pack_version.id = pack.live_version_id AND pack_version.definition @> '{"needs_prompt": true}'
    """)
    op.create_table(
        'pack_word',
        sa.Column('word', text(40), nullable=False),
        sa.Column('trigrams', postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint('word', name='pk_pack_word'),
    )
    op.create_index('ix_pack_word_trigrams', 'pack_word', ['trigrams'], postgresql_using='gin')
    know_words()
    open_storefronts()
    share_frames()


def row_columns() -> list[sa.Column]:
    now = sa.text('now()')
    return [
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), server_default=now, nullable=False),
    ]


def open_storefronts() -> None:
    op.create_table(
        'storefront',
        *row_columns(),
        sa.Column('user_id', sa.Uuid(), nullable=False),
        sa.Column('handle', text(30), nullable=False),
        sa.Column('name', text(40), nullable=False),
        sa.Column('bio', text(600), nullable=False),
        sa.Column('links', postgresql.JSONB(), nullable=False),
        sa.Column('accent', text(20), nullable=False),
        sa.Column('banner', text(60), nullable=False),
        sa.Column('pack_order', postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name='fk_storefront_user_id_user', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name='pk_storefront'),
        sa.UniqueConstraint('handle', name='uq_storefront_handle'),
        sa.UniqueConstraint('user_id', name='uq_storefront_user_id'),
    )
    op.create_table(
        'storefront_handle',
        *row_columns(),
        sa.Column('handle', text(30), nullable=False),
        sa.Column('user_id', sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name='fk_storefront_handle_user_id_user', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name='pk_storefront_handle'),
        sa.UniqueConstraint('handle', name='uq_storefront_handle_handle'),
    )
    op.create_index('ix_storefront_handle_user_id', 'storefront_handle', ['user_id'])


def share_frames() -> None:
    op.create_table(
        'frame_share',
        *row_columns(),
        sa.Column('user_id', sa.Uuid(), nullable=False),
        sa.Column('shoot_id', sa.Uuid(), nullable=False),
        sa.Column('frame_id', sa.Uuid(), nullable=True),
        sa.Column('token_hash', text(64), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name='fk_frame_share_user_id_user', ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['shoot_id'], ['shoot.id'], name='fk_frame_share_shoot_id_shoot', ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['frame_id'], ['frame.id'], name='fk_frame_share_frame_id_frame', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name='pk_frame_share'),
        sa.UniqueConstraint('token_hash', name='uq_frame_share_token_hash'),
    )
    for name in ('user_id', 'shoot_id', 'frame_id', 'expires_at'):
        op.create_index(f'ix_frame_share_{name}', 'frame_share', [name])


def know_words() -> None:
    """Of the packs that are there; as packs/search.py does it for those to come."""
    words: set[str] = set()
    for (searched,) in op.get_bind().execute(sa.text('SELECT searched FROM pack')):
        words.update(each for each in re.findall(r'[^\W_]+', searched) if 4 <= len(each) <= 40)
    rows = []
    for word in sorted(words):
        padded = f'  {word} '
        rows.append({'word': word, 'trigrams': sorted({padded[at : at + 3] for at in range(len(padded) - 2)})})
    if rows:
        table = sa.table('pack_word', sa.column('word'), sa.column('trigrams', postgresql.ARRAY(sa.Text())))
        op.bulk_insert(table, rows)


def downgrade() -> None:
    for name in ('frame_share', 'storefront_handle', 'storefront', 'pack_word'):
        op.drop_table(name)
    for name in (*VECTORS, *ORDERS):
        op.drop_index(f'ix_pack_shown_{name}', table_name='pack')
    for name in (*VECTORS, 'first_dust', *NEW_COLUMNS):
        op.drop_column('pack', name)
