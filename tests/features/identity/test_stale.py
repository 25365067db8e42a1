"""What is forgotten of sign-ins: nothing that can still be used, nothing that no one can use for long."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from pexit_app.core.clock import after, now
from pexit_app.features.identity import service
from pexit_app.features.identity.models import RefreshToken, User, UserSession

MONTH = timedelta(days=30)
MOMENT = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("expired_before", "revoked_before", "is_kept"),
    [
        (-MONTH, None, True),
        (MONTH - MOMENT, None, True),
        (MONTH + MOMENT, None, False),
        (-MONTH, MONTH - MOMENT, True),
        (-MONTH, MONTH + MOMENT, False),
    ],
)
async def test_sessions_are_forgotten_a_month_after_their_end(session, expired_before, revoked_before, is_kept):
    user = User(fairyname=f"calm_otter_{uuid4().hex[:8]}", email=f"{uuid4().hex}@example.com")
    session.add(user)
    await session.flush()
    row = UserSession(
        user_id=user.id,
        cookie_hash=uuid4().hex,
        expires_at=now() - expired_before,
        revoked_at=now() - revoked_before if revoked_before is not None else None,
    )
    session.add(row)
    await session.flush()
    session.add(RefreshToken(session_id=row.id, token_hash=uuid4().hex, spent_at=after(days=-40)))
    await session.flush()
    await service.remove_stale(session)
    tokens = (await session.exec(select(RefreshToken.id).where(RefreshToken.session_id == row.id))).all()
    kept = (await session.exec(select(UserSession.id).where(UserSession.id == row.id))).all()
    assert (len(kept), len(tokens)) == ((1, 1) if is_kept else (0, 0))
