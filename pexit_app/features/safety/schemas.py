"""Appeals as REST tells them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pexit_app.features.safety.models import MAX_NOTE_CHARS

Note = Annotated[str, Field(max_length=MAX_NOTE_CHARS, description="why these words mean no harm")]


class AppealOut(BaseModel):
    """Its words are kept for 30 days."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    created_at: datetime
    updated_at: datetime
    status: str = Field(description="open, granted (the words are rendered from now on) or upheld")
    category: str = Field(description="sexual, minors, hate, violence, degradation or self-harm")
    field: str
    term: str = Field(description="what was understood")
    typed: str = Field(description="as it was written")
    beside: str = Field(description="what it must not stand together with; empty when it is refused by itself")
    note: str = Field(description="what you said to it")
    answer: str
    answered_at: datetime | None
