"""What the identity routes take and answer."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field


class CodeRequest(BaseModel):
    identifier: str = Field(
        min_length=1, max_length=254, description="e-mail address, or phone number with country code"
    )


class CodeProof(CodeRequest):
    code: str = Field(min_length=6, max_length=6, pattern=r"^\d{6}$")


class Refresh(BaseModel):
    refresh_token: str = Field(min_length=1, max_length=200)


class UserOut(BaseModel):
    id: UUID
    fairyname: str
    identifier: str
    tier: str
    created_at: datetime
    updated_at: datetime


class MeOut(UserOut):
    balance: int = Field(description="spendable dust")


class TokensOut(BaseModel):
    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int = Field(description="seconds the access token lives")


class SignedInOut(TokensOut):
    user: UserOut


class SessionOut(BaseModel):
    id: UUID
    agent: str
    is_current: bool
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
