"""Bearer tokens: an access token of 15 minutes that names its session, a refresh token of 30 days rotated at each use.

Access tokens are JWTs anybody can verify with the keys of /.well-known/jwks.json; that their session still lives is only
known here.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import security, settings
from pexit_app.core.clock import now
from pexit_app.features.identity import security_log, sessions, signing
from pexit_app.features.identity.errors import SessionEnded
from pexit_app.features.identity.models import RefreshToken, UserSession
from pexit_app.features.identity.security_log import Caller

ACCESS_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class TokenPair:
    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "bearer"  # noqa: S105


def access_token(row: UserSession) -> str:
    issued = int(now().timestamp())
    origin = settings.load().origin
    claims = {
        "iss": origin,
        "aud": origin,
        "sub": str(row.user_id),
        "sid": str(row.id),
        "iat": issued,
        "exp": issued + int(ACCESS_LIFE.total_seconds()),
        "use": "access",
    }
    key = signing.current()
    return jwt.encode({"alg": signing.ALGORITHM, "kid": key.kid, "typ": "at+jwt"}, claims, key)


def session_id_of(token: str) -> UUID | None:
    """The session an access token belongs to, or None when it is forged, expired or something else."""
    origin = settings.load().origin
    try:
        decoded = jwt.decode(token, KeySet(list(signing.live())), algorithms=[signing.ALGORITHM])
        wanted = jwt.JWTClaimsRegistry(
            int(now().timestamp()),
            iss={"essential": True, "value": origin},
            aud={"essential": True, "value": origin},
            exp={"essential": True},
            use={"essential": True, "value": "access"},
        )
        wanted.validate(decoded.claims)
        return UUID(decoded.claims["sid"])
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        return None


async def issue(session: AsyncSession, row: UserSession) -> TokenPair:
    secret = security.secret_token()
    session.add(RefreshToken(session_id=row.id, token_hash=security.sha256(secret)))
    await session.flush()
    return TokenPair(access_token(row), secret, int(ACCESS_LIFE.total_seconds()))


async def rotate(session: AsyncSession, refresh_token: str) -> TokenPair | None:
    """A new pair. None when the token was spent before: its session has then been ended, commit that, and answer 401.
    Raises SessionEnded for an unknown token or an ended session."""
    query = select(RefreshToken).where(RefreshToken.token_hash == security.sha256(refresh_token)).with_for_update()
    token = (await session.exec(query)).first()
    row = await session.get(UserSession, token.session_id, with_for_update=True) if token else None
    if token is None or row is None or row.revoked_at is not None or row.expires_at < now():
        raise SessionEnded("This session has ended. Sign in again.")
    if token.spent_at is not None:
        await sessions.revoke(session, row)
        await security_log.note(session, row.user_id, "token_reused", Caller(row.agent))
        return None
    token.spent_at = now()
    session.add(token)
    return await issue(session, row)
