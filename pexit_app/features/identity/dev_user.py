"""The account of DEV_USER_EMAIL and DEV_USER_PASSWORD: there from the start, in development only."""

from pexit_app.core import db
from pexit_app.features.identity import passwords, service


async def seed(email: str, password: str) -> None:
    """Made, or given this password again. Common ones are allowed: this is nobody's."""
    async with db.transaction() as session:
        user = await service.user_of(session, email)
        kept = await passwords.find(session, user.id)
    if kept is None or not await passwords.is_right(password, kept.hash):
        made = await passwords.hashed(password)
        async with db.transaction() as session:
            await passwords.keep(session, user.id, made)
