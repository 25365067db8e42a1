"""What the identity routes take and answer."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field


class CodeRequest(BaseModel):
    identifier: str = Field(
        min_length=1, max_length=254, description="e-mail address, or phone number with country code"
    )


class CodeProof(CodeRequest):
    code: str = Field(min_length=6, max_length=6, pattern=r"^\d{6}$")


class Confirmation(BaseModel):
    code: str = Field(
        min_length=6,
        max_length=40,
        description="the six digits sent; with a second step on, the app's or a recovery code",
    )


class SecondProof(BaseModel):
    slip: str = Field(min_length=1, max_length=100, description="`details.slip` of `second_step_needed`")
    code: str = Field(min_length=6, max_length=40, description="of the authenticator app, or a recovery code")


class CredentialIn(BaseModel):
    credential: dict[str, Any] = Field(description="what navigator.credentials answered, as its toJSON() says it")


class NewPasskey(CredentialIn):
    name: str = Field(default="", max_length=80)


class PasskeyDemand(BaseModel):
    is_demanded: bool


class AppCode(BaseModel):
    code: str = Field(min_length=6, max_length=6, pattern=r"^\d{6}$")


class AddressProof(CodeRequest):
    code_new: str = Field(min_length=6, max_length=6, pattern=r"^\d{6}$", description="sent to the new address")
    code_old: str = Field(
        default="",
        max_length=6,
        pattern=r"^(\d{6})?$",
        description="sent to the present address; empty when there is none",
    )


class LinkProof(BaseModel):
    token: str = Field(min_length=1, max_length=100)


class PasswordIn(BaseModel):
    password: str = Field(max_length=400, description="8 to 72 bytes; the most common ones are refused")


class PasswordProof(CodeRequest, PasswordIn):
    """An identifier with its password."""


class Refresh(BaseModel):
    refresh_token: str = Field(min_length=1, max_length=200)


class UserOut(BaseModel):
    id: UUID
    fairyname: str
    name: str
    identifier: str
    email: str | None
    phone: str | None
    tells_sign_ins: bool = Field(description="a mail or SMS comes when a device not seen before signs in")
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


class MeChange(BaseModel):
    name: str | None = Field(default=None, max_length=100)
    tells_sign_ins: bool | None = None


class SessionOut(BaseModel):
    id: UUID
    agent: str
    device: str = Field(description="the agent in words, such as Firefox on Windows")
    address: str
    way: str = Field(description="how they came in: code, link, password, passkey or a linked account's name")
    is_current: bool
    last_seen_at: datetime = Field(description="to the minute")
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


class SecurityEventOut(BaseModel):
    id: UUID
    kind: str
    detail: str
    agent: str
    address: str
    created_at: datetime
    updated_at: datetime


class NewKey(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    scopes: list[Literal["read", "write"]] = Field(min_length=1, max_length=2, description="write includes read")
    expires_in_days: int | None = Field(default=None, ge=1, le=365, description="null: until it is ended")


class KeyOut(BaseModel):
    id: UUID
    name: str
    hint: str = Field(description="the last characters, to know it by")
    scopes: list[str]
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="to the minute")
    created_at: datetime
    updated_at: datetime


class MadeKeyOut(KeyOut):
    key: str = Field(description="shown here and never again")


class PasskeyOut(BaseModel):
    id: UUID
    name: str
    transports: list[str]
    last_used_at: datetime | None
    created_at: datetime
    updated_at: datetime


class LinkedOut(BaseModel):
    id: UUID
    provider: str
    issuer: str
    shown: str = Field(description="the address there")
    created_at: datetime
    updated_at: datetime


class ElsewhereOut(BaseModel):
    """An account elsewhere that may open one here: send the browser to `url`."""

    id: str
    label: str
    url: str


class WaysOut(BaseModel):
    """Besides codes and links, which every address gets."""

    password_set_at: datetime | None
    authenticator_since: datetime | None
    is_passkey_demanded: bool = Field(description="as a second step, after anything but a passkey")
    recovery_codes_left: int
    passkeys: list[PasskeyOut]
    linked: list[LinkedOut]


class SetupOut(BaseModel):
    """For an authenticator app: to type, or to draw as a code to scan."""

    secret: str
    uri: str


class RecoveryOut(BaseModel):
    recovery_codes: list[str] = Field(description="shown here and never again; each works once")


class SecondOut(SignedInOut, RecoveryOut):
    """New tokens, and recovery codes if new ones were made."""
