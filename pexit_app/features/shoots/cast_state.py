"""Casting in the studio's state: who plays which role. The bench draws the drafts with them, the ticket orders them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, PexitError
from pexit_app.core.policy import READS
from pexit_app.core.ports import Kind
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.people import faces
from pexit_app.features.people.faces import Face
from pexit_app.features.routing import service as routing
from pexit_app.features.shoots import cast_cards, casting
from pexit_app.features.shoots.cast_cards import RoleCard
from pexit_app.web.payloads import Id, Word

APART = "."  # between the ids of a cast in an address


class CastActs(AppState, mixin=True):
    """Mixed into the studio's state."""

    roles: rx.Field[list[RoleCard]] = rx.field(default_factory=list)
    cast: rx.Field[dict[str, str]] = rx.field(default_factory=dict)  # a face's id by role, "" for the stand-in

    if TYPE_CHECKING:  # of the studio's state
        bench: dict[str, Any]
        _slug: str

        def _keep(self) -> None: ...

    @event(READS)
    async def choose_face(self, role: Word, face_id: Id) -> None:
        """An empty id is the stand-in."""
        async with self._acting() as (session, me):
            definition = (await packs.find_pack(session, self._slug, self.bench.get("version"))).definition
            if role not in [each.id for each in definition.cast]:
                raise BadInput.of("role", "This pack has no such role.", role[:40])
            await casting.find_cast(session, me, definition, {role: face_id or None})
            await self._set_cast(session, me, definition, {**self.cast, role: face_id})
        self._keep()

    async def _open_cast(
        self, session: AsyncSession, me: Actor, definition: PackDefinition, wanted: Mapping[str, str | None] | None
    ) -> None:
        """`wanted` None: whoever played last in this tab, else the user's own people, the first role first."""
        if wanted is None:
            own = [str(face.id) for face in await faces.list_faces(session, me, definition.slug)]
            usual: dict[str, str | None] = dict(zip([str(role.id) for role in definition.cast], own, strict=False))
            wanted = {**usual, **self.cast}
        await self._set_cast(session, me, definition, wanted)

    async def _set_cast(
        self, session: AsyncSession, me: Actor, definition: PackDefinition, wanted: Mapping[str, str | None]
    ) -> None:
        """Faces that are gone or may not be used leave their role to the stand-in."""
        listed = await faces.list_faces(session, me, definition.slug)
        chosen: dict[str, str] = {}
        extra: dict[str, Face] = {}
        for role in definition.cast:
            face = await _usable(session, me, wanted.get(role.id), definition.slug)
            chosen[role.id] = str(face.id) if face else ""
            if face is not None and face not in listed:
                extra[role.id] = face
        self.cast = chosen
        poster = next(iter(self.bench.get("posters", {}).values()), "")
        self.roles = cast_cards.role_cards(definition, listed, chosen, extra, poster)

    async def _training_href(self, session: AsyncSession, me: Actor) -> str:
        """Of the first in the cast whom no GPU knows; empty where no GPU renders, or it knows them all."""
        if Kind.GENERATE not in await routing.offered(session):
            return ""
        for face_id in self.cast.values():
            face = await _usable(session, me, face_id)
            if face is not None and face.weights is None and face.may_leave:
                return f"/people/{face.person_id}"
        return ""

    def _cast_ids(self) -> dict[str, UUID | None]:
        return {role: UUID(face_id) if face_id else None for role, face_id in self.cast.items()}

    def _cast_word(self) -> str:
        """The cast as the page's address keeps it."""
        return APART.join(self.cast.values()) if any(self.cast.values()) else ""


def cast_of_word(definition: PackDefinition, word: str) -> dict[str, str | None] | None:
    """An address's cast by role; None when it names nobody."""
    ids = word[:200].split(APART) if word else []
    return {role.id: each or None for role, each in zip(definition.cast, ids, strict=False)} if ids else None


async def _usable(session: AsyncSession, me: Actor, face_id: str | None, pack: str | None = None) -> Face | None:
    try:
        return await faces.find_face(session, me, UUID(face_id), pack) if face_id else None
    except (PexitError, ValueError):
        return None
