"""The words of an order, as features/safety judges them: what was typed under its own field first, so that a refusal names
it, then what all of it comes to, so that nothing hides between two fields.
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.features.packs.compose import Composed
from pexit_app.features.packs.definition import PackDefinition, TextKnob
from pexit_app.features.safety import appeals
from pexit_app.features.safety.check import Said
from pexit_app.features.shoots.casting import Cast
from pexit_app.features.shoots.models import Frame

PROMPT, NEGATIVE = ("prompt", "Your prompt"), ("negative", "What shall not be seen")
TOGETHER = ("scene", "The pack’s words and yours together")


async def check_request(
    session: AsyncSession,
    actor: Actor,
    definition: PackDefinition,
    composed: Sequence[Composed],
    added: tuple[str, str],
    *,
    has_likeness: bool,
) -> None:
    """`added` are the prompt and the negative beside the pack's own. Raises WordsRefused."""
    prompt, negative = added
    typed = [Said(*PROMPT, prompt), Said(*NEGATIVE, negative, is_negative=True)]
    typed += [said for each in composed for said in _typed(definition, each)]
    whole = [Said(*TOGETHER, ", ".join(filter(None, (each.prompt, prompt)))) for each in composed]
    whole += [Said(*TOGETHER, each.negative, is_negative=True) for each in composed]
    texts = [each for each in dict.fromkeys([*typed, *whole]) if each.text.strip()]
    await appeals.demand_renderable(session, actor, texts, has_likeness=has_likeness)


def _typed(definition: PackDefinition, composed: Composed) -> Iterator[Said]:
    scene = definition.scene(composed.scene_id)
    assert scene is not None
    for knob in definition.knobs_of(scene):
        if isinstance(knob, TextKnob):
            yield Said(f"knobs.{knob.id}", knob.label, str(composed.knobs[knob.id]))


async def check_edit(session: AsyncSession, actor: Actor, parent: Frame, prompt: str, cast: Cast) -> None:
    """The instruction, with the words of the picture it changes. Raises WordsRefused."""
    texts = [Said(*PROMPT, prompt), Said("frame", "The words of this frame", parent.prompt)]
    await appeals.demand_renderable(session, actor, texts, has_likeness=shows_somebody(cast, parent.weights))


async def check_again(session: AsyncSession, actor: Actor, frame: Frame) -> None:
    """Another attempt, by today's lists. Raises WordsRefused."""
    texts = [Said(*TOGETHER, frame.prompt), Said(*TOGETHER, frame.negative, is_negative=True)]
    await appeals.demand_renderable(session, actor, texts, has_likeness=has_face(frame))


def shows_somebody(cast: Cast, weights: Sequence[Mapping[str, object]]) -> bool:
    """Whether a real face is in it, or may be: a model of one's own knows whomever it was trained on."""
    return any(face.is_person for face in cast.own) or any(each.get("url") for each in weights)


def has_face(frame: Frame) -> bool:
    """The same of a frame, by what it remembers: a pet counts too."""
    return any(frame.cast.values()) or any(each.get("url") for each in frame.weights)
