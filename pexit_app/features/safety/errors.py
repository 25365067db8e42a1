"""What can be wrong with words, and with an appeal."""

from collections.abc import Sequence
from typing import ClassVar

from pexit_app.core.errors import BadInput, Conflict, FieldProblem
from pexit_app.features.safety.check import Refusal, Said


class WordsRefused(BadInput):
    """`details` also tell `category` and `term`. The refusal, and the words it was judged by, for an appeal."""

    code: ClassVar[str] = "words_refused"

    def __init__(self, refusal: Refusal, texts: Sequence[Said], *, has_likeness: bool) -> None:
        super().__init__(refusal.message, [FieldProblem(refusal.field, refusal.why, refusal.typed)])
        self.details[0] |= {"category": refusal.category, "term": refusal.term}
        self.refusal, self.texts, self.has_likeness = refusal, texts, has_likeness


class NotRefused(Conflict):
    """There is nothing to appeal against: these words are rendered."""

    code: ClassVar[str] = "not_refused"


class TooManyAppeals(Conflict):
    """`details`: limit."""

    code: ClassVar[str] = "too_many_appeals"


class AlreadyAnswered(Conflict):
    code: ClassVar[str] = "already_answered"
