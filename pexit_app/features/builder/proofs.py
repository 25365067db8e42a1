"""Proving a draft's knobs as durable work: begun by its creator, told knob by knob, kept with the draft and with the
version it is published as. What was measured before and still holds is not measured again."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, events, log, workflows
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, FieldProblem, PexitError
from pexit_app.core.ports import ProviderError
from pexit_app.features.builder import changes, checks, proving
from pexit_app.features.builder.models import KnobProof, PackDraft
from pexit_app.features.builder.proving import Measured, Proof, Prover, Standing
from pexit_app.features.builder.service import find_draft
from pexit_app.features.packs import versions
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.service import PackVersion

PROVE = "prove_knobs"
UNSTARTED = timedelta(seconds=10)
logger = log.get("builder")


@dataclass(frozen=True, slots=True)
class KnownProof:
    """What was measured of a draft's knobs, beside the draft as it is now."""

    row: KnobProof
    document: Mapping[str, Any]

    def standing(self) -> Standing:
        """Composes every scene of the pack: of a large one some tenths of a second. While the draft cannot be rendered,
        nothing is said to hold."""
        proof = Proof.read(self.row.result)
        definition, found = checks.read_scenes(self.document)
        if definition is None or found:
            return Standing(proof, frozenset(each.pointer for each in proof.measured))
        return proving.standing(proof, definition)


def topic_of(draft_id: UUID) -> str:
    """Wakes whoever shows what is measured or drawn for a draft."""
    return f"draft:{draft_id}:made"


async def begin(session: AsyncSession, actor: Actor, draft_id: UUID) -> KnobProof:
    """Call dispatch() after the commit. Begun anew, the run under way gives up. Raises NotFound, BadInput for a draft that
    cannot be rendered as it is, has no knobs, or whose frames are made of typed words alone."""
    draft = await changes.locked(session, actor, draft_id)
    definition = renderable(draft.document)
    if definition.needs_prompt:
        raise BadInput.of(
            "needs_prompt", "Typed words alone make these frames; there is nothing to measure in a draft."
        )
    proof = await _proof(session, draft.id) or KnobProof(draft_id=draft.id, run=0, definition={})
    proof.run, proof.status, proof.error, proof.done = proof.run + 1, "running", "", 0
    proof.definition, proof.total = definition.as_json(), len(proving.turns(definition))
    if not proof.total:
        raise BadInput.of("knobs", "There is no knob to measure yet; add one.")
    session.add(proof)
    await session.flush()
    await events.notify(session, topic_of(draft_id))
    return proof


def renderable(document: Mapping[str, Any]) -> PackDefinition:
    """The pack whatever its listing and pictures are like. Raises BadInput with what is in the way of rendering it."""
    definition, found = checks.read_scenes(document)
    if definition is None or found:
        problems = [FieldProblem(each.field, f"{each.place}: {each.message}", each.value, each.limit) for each in found]
        raise BadInput("The scenes and knobs have to be in order first.", problems)
    return definition


async def dispatch(proof: KnobProof) -> None:
    await workflows.start(PROVE, f"proof:{proof.draft_id}:{proof.run}", str(proof.draft_id), proof.run)


async def find_proof(session: AsyncSession, actor: Actor, draft_id: UUID) -> KnownProof | None:
    """What is known, also while more is measured; None before anything was begun. Raises NotFound."""
    draft = await find_draft(session, actor, draft_id)
    row = await _proof(session, draft_id)
    return KnownProof(row, draft.document) if row else None


async def progress_of(session: AsyncSession, draft_id: UUID) -> KnobProof | None:
    """For whoever may see the draft."""
    return await _proof(session, draft_id)


async def note_on_version(
    session: AsyncSession, draft: PackDraft, version: PackVersion, definition: PackDefinition
) -> None:
    """A version takes along what was measured, if that is of exactly its knobs."""
    row = await _proof(session, draft.id)
    if row is not None and (found := await asyncio.to_thread(_of_exactly, row, definition)):
        await versions.note_proof(session, version.id, found.as_json())


def _of_exactly(row: KnobProof, definition: PackDefinition) -> Proof | None:
    """The proof of these very knobs; None while anything of them is not measured."""
    found = proving.standing(Proof.read(row.result), definition)
    return found.proof if row.status == "done" and found.is_current and found.proof.measured else None


@workflows.workflow(PROVE)
async def prove_knobs(draft_id: str, run: int) -> None:
    with log.bound(draft_id=draft_id):
        await prove(UUID(draft_id), run)


async def prove(draft_id: UUID, run: int) -> None:
    async with db.transaction() as session:
        row = await _proof(session, draft_id)
    if row is None or row.run != run or row.status != "running":
        return
    known = Proof.read(row.result).measured
    measured: list[Measured] = []
    prover = Prover(deps.get().drafts, deps.get().gate, f"proof:{draft_id}:{run}")
    try:
        async for each in prover.prove(PackDefinition.model_validate(row.definition), known):
            measured.append(each)
            if not await _note(draft_id, run, measured, known, len(measured) == row.total):
                return
    except (ProviderError, PexitError) as error:
        await _fail(draft_id, run, error.message)
    else:
        await _note_on_live(draft_id)


async def _note(draft_id: UUID, run: int, measured: list[Measured], known: tuple[Measured, ...], is_last: bool) -> bool:
    """False: this run is not wanted any more. Until the last knob, what was known of the others stands beside."""
    fresh = {(each.knob, each.scene) for each in measured}
    rest = [] if is_last else [each for each in known if (each.knob, each.scene) not in fresh]
    async with db.transaction() as session:
        row = await _proof(session, draft_id, is_locked=True)
        if row is None or row.run != run:
            return False
        row.done, row.status = len(measured), "done" if is_last else "running"
        row.result = Proof((*measured, *rest)).as_json()
        session.add(row)
        await session.flush()
        await events.notify(session, topic_of(draft_id))
    return True


async def _note_on_live(draft_id: UUID) -> None:
    """What was published while it was measured, or before, is graded all the same."""
    async with db.transaction() as session:
        draft = await session.get(PackDraft, draft_id)
        live = await versions.live_of(session, draft.pack_id) if draft and draft.pack_id else None
        if draft is not None and live is not None:
            await note_on_version(session, draft, live, PackDefinition.model_validate(live.definition))


async def _fail(draft_id: UUID, run: int, message: str) -> None:
    async with db.transaction() as session:
        row = await _proof(session, draft_id, is_locked=True)
        if row is not None and row.run == run:
            row.status, row.error = "failed", message[:500]
            session.add(row)
            await session.flush()
            await events.notify(session, topic_of(draft_id))


async def _proof(session: AsyncSession, draft_id: UUID, is_locked: bool = False) -> KnobProof | None:
    query = select(KnobProof).where(KnobProof.draft_id == draft_id)
    rows = await session.exec(
        query.with_for_update() if is_locked else query, execution_options={"populate_existing": True}
    )
    return rows.first()


@workflows.sweep
async def prove_unstarted() -> None:
    """A crash between the commit and the start."""
    async with db.transaction() as session:
        waiting = KnobProof.status == "running", KnobProof.done == 0, col(KnobProof.updated_at) < now() - UNSTARTED
        rows = (await session.exec(select(KnobProof).where(*waiting))).all()
    for row in rows:
        await dispatch(row)
