"""What a user brings for a diffusion model: words without a pack, or weights (a LoRA) at an https address."""

from pexit_app.core import db, deps
from pexit_app.core.errors import BadInput, Unavailable
from pexit_app.core.ports import Kind
from pexit_app.features.shoots import planning
from pexit_app.features.shoots.errors import PromptNeedsGpu
from pexit_app.features.shoots.planning import Tariff

SCHEME = "https://"
REMEDY = "Give the https address of a safetensors file, as Flux LoRA trainers write it."


def demand_gpu(tariff: Tariff, field: str, given: str) -> None:
    """Raises PromptNeedsGpu."""
    if Kind.GENERATE not in tariff.gpu:
        message = "This needs a diffusion model, and none is configured. Pick a pack and a scene."
        raise PromptNeedsGpu.of(field, message, given[:200])


async def check_url(url: str | None) -> None:
    """Outside of any transaction and before any dust is held: the file's beginning is read. None is in order. Raises
    BadInput and PromptNeedsGpu naming `lora_url`, Unavailable."""
    if url is None:
        return
    if not url.lower().startswith(SCHEME):
        raise BadInput.of("lora_url", REMEDY, url[:200], SCHEME)
    async with db.transaction() as session:
        demand_gpu(await planning.read_tariff(session), "lora_url", url)
    check = deps.get().check_weights
    if check is None:
        raise Unavailable("Models of your own cannot be checked here just now.")
    try:
        await check(url)
    except ValueError as error:
        raise BadInput.of("lora_url", f"{error} {REMEDY}", url[:200], SCHEME) from None
