"""The table of who is asked for what as the house starts with it, and what an operator's row must be.

How the prices came about: 1 dust is 1 US cent. Of November 2026, vendors ask about $0.035 for a picture of a megapixel,
$0.04 for a change by words and $2 for a training; one or two cents on a picture and fifty on a training stand for what
fails at our cost, is stored and is fetched. Fill is reckoned as a picture with half as many steps again, upscale as one
of the cheaper models. Compare them with your own bills: `routes set` changes them.
"""

import re
from dataclasses import dataclass

from pexit_app.core.errors import BadInput, FieldProblem
from pexit_app.core.ports import Kind

PROVIDERS = ("fal", "replicate")
MODEL = re.compile(
    r"[A-Za-z0-9][\w.-]*(/[\w.-]+)+(:[\w.-]+)?", re.ASCII
)  # at Replicate "owner/name" or "owner/name:version"
MAX_MODEL_CHARS = 200
MAX_DUST = 10_000
MAX_TIMEOUT_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class RouteRow:
    """Whom we ask first, whom when that one cannot (empty: nobody), dust for the user, seconds until it is given up, and
    seconds it takes as a rule."""

    primary_provider: str
    primary_model: str
    backup_provider: str
    backup_model: str
    dust: int
    timeout_s: int
    expected_s: int

    @property
    def in_order(self) -> list[tuple[str, str]]:
        """(provider, model), the primary first."""
        both = [(self.primary_provider, self.primary_model), (self.backup_provider, self.backup_model)]
        return [each for each in both if each[0]]

    @property
    def in_words(self) -> str:
        """One line for the operator."""
        first, *then = [f"{provider}:{model}" for provider, model in self.in_order]
        times = f"{self.dust:>4} dust  expected {self.expected_s:>5} s  given up after {self.timeout_s:>5} s"
        return f"{times}  {first}, backup {then[0] if then else 'none'}"

    def changed(
        self, primary: str | None, backup: str | None, dust: int | None, timeout_s: int | None, expected_s: int | None
    ) -> "RouteRow":
        """With what is not None; `primary` and `backup` as "provider:model". Raises BadInput."""
        first = (self.primary_provider, self.primary_model) if primary is None else parse_who("primary", primary)
        second = (self.backup_provider, self.backup_model) if backup is None else parse_who("backup", backup)
        return RouteRow(
            *first,
            *second,
            self.dust if dust is None else dust,
            self.timeout_s if timeout_s is None else timeout_s,
            self.expected_s if expected_s is None else expected_s,
        )


def _row(fal: str, replicate: str, dust: int, timeout_s: int, expected_s: int) -> RouteRow:
    return RouteRow("fal", fal, "replicate", replicate, dust, timeout_s, expected_s)


ROUTES = {
    Kind.TRAIN: _row("fal-ai/flux-lora-portrait-trainer", "ostris/flux-dev-lora-trainer", 250, 5400, 1200),
    Kind.GENERATE: _row("fal-ai/flux-lora", "black-forest-labs/flux-dev-lora", 5, 300, 25),
    Kind.PREVIEW: _row("fal-ai/flux-pro/kontext", "black-forest-labs/flux-kontext-pro", 6, 300, 20),
    Kind.EDIT: _row("fal-ai/flux-pro/kontext", "black-forest-labs/flux-kontext-pro", 6, 300, 20),
    Kind.FILL: _row("fal-ai/flux-lora-fill", "black-forest-labs/flux-fill-dev", 7, 300, 25),
    Kind.UPSCALE: _row("fal-ai/clarity-upscaler", "nightmareai/real-esrgan", 4, 300, 30),
}


def check_route(route: RouteRow) -> None:
    """Raises BadInput naming every field that cannot be."""
    problems = [
        *_who_problems("primary", route.primary_provider, route.primary_model),
        *_number_problems("dust", route.dust, 0, MAX_DUST, "dust"),
        *_number_problems("timeout", route.timeout_s, 1, MAX_TIMEOUT_S, "seconds"),
        *_number_problems("expected", route.expected_s, 1, MAX_TIMEOUT_S, "seconds"),
    ]
    if route.backup_provider or route.backup_model:
        problems += _who_problems("backup", route.backup_provider, route.backup_model)
        if route.backup_provider == route.primary_provider:
            words = "The backup is somebody else than the primary."
            problems.append(FieldProblem("backup", words, route.backup_provider))
    if not problems and route.expected_s > route.timeout_s:
        words = f"It is given up after {route.timeout_s} seconds, so it cannot take longer as a rule."
        problems.append(FieldProblem("expected", words, route.expected_s, route.timeout_s))
    if problems:
        fields = ", ".join(dict.fromkeys(each.field for each in problems))
        raise BadInput(f"Mend these fields: {fields}.", problems)


def parse_who(field: str, text: str) -> tuple[str, str]:
    """(provider, model) of "provider:model"; "none" is nobody. Raises BadInput naming `field`."""
    if text == "none":
        return "", ""
    provider, colon, model = text.partition(":")
    if not colon:
        raise BadInput.of(field, f"Write it as provider:model, such as fal:fal-ai/flux-lora; {text[:80]!r} is not.")
    return provider, model


def _who_problems(field: str, provider: str, model: str) -> list[FieldProblem]:
    if not provider and not model:
        return [FieldProblem(field, "Somebody has to be asked first.", "none")]
    problems = []
    if provider not in PROVIDERS:
        words = f"There is no provider {provider!r}; there are {', '.join(PROVIDERS)}."
        problems.append(FieldProblem(field, words, provider, list(PROVIDERS)))
    if len(model) > MAX_MODEL_CHARS or not MODEL.fullmatch(model):
        words = f"{model[:80]!r} is no model; give its name as the provider writes it, such as fal-ai/flux-lora."
        problems.append(FieldProblem(field, words, model[:MAX_MODEL_CHARS], MAX_MODEL_CHARS))
    return problems


def _number_problems(field: str, value: int, least: int, most: int, unit: str) -> list[FieldProblem]:
    if least <= value <= most:
        return []
    return [FieldProblem(field, f"Give {least} to {most} {unit}.", value, most if value > most else least)]
