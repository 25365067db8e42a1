"""What a pack is a remix of; what a scheduled publication says is new, and why one did not come about.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None
NOTES = (('publish_note', 300), ('publish_trouble', 500))


def upgrade() -> None:
    op.add_column('pack', sa.Column('forked_from_version_id', sa.Uuid(), nullable=True))
    op.execute("""
        UPDATE pack SET forked_from_version_id = found.version_id
        FROM (SELECT pack_id, min(forked_from_version_id::text)::uuid AS version_id FROM pack_draft
              WHERE forked_from_version_id IS NOT NULL AND pack_id IS NOT NULL GROUP BY pack_id) AS found
        WHERE found.pack_id = pack.id
    """)
    for name, length in NOTES:
        kind = sqlmodel.sql.sqltypes.AutoString(length=length)
        op.add_column('pack_draft', sa.Column(name, kind, nullable=False, server_default=''))
        op.alter_column('pack_draft', name, server_default=None)


def downgrade() -> None:
    for name, _ in NOTES:
        op.drop_column('pack_draft', name)
    op.drop_column('pack', 'forked_from_version_id')
