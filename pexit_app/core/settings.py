"""Every setting, typed and checked at start. The only module that reads the environment.

README.md and .env.example list the same names; tests/core/test_settings.py compares the three.
"""

import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
MIN_SECRET_CHARS = 32
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class SettingsError(SystemExit):
    """The environment cannot be used; the message names the variable and the remedy."""


class Settings(BaseSettings):
    """Field descriptions are the README's words."""

    model_config = SettingsConfigDict(env_prefix="PEXIT_", env_file=".env", extra="ignore", frozen=True)

    env: Literal["development", "production"] = Field("development", description="`development` or `production`")
    host: str = Field("", description="address to listen on; empty: `127.0.0.1`, in production `0.0.0.0`")
    port: int = Field(8000, ge=1, le=65535, description="the one port everything is served on")
    data_dir: Path = Field(Path(".pexit"), description="database, pictures and the secret key live here")
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("PEXIT_DATABASE_URL", "DATABASE_URL"),
        description="any PostgreSQL 15+; empty: the embedded one. `DATABASE_URL` is read too",
    )
    public_url: str = Field("", description="the address people type, such as `https://pexit.example`; empty: local")
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="reverse proxies in front of Pexit, each adding to `X-Forwarded-For`"
    )
    cors_origins: str = Field(
        "", description="other sites' pages that may call the API by key or token, `https://host,...`; empty: none"
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="signs tokens and picture links, 32 characters or more; made and kept in development"
    )
    worker: Literal["inline", "off"] = Field(
        "inline", description="`inline` works in the web process; `off` leaves it to `python -m pexit_app.worker`"
    )
    welcome_dust: int = Field(25, ge=0, le=10_000, description="dust a new account is granted once")
    creator_percent: int = Field(80, ge=0, le=100, description="of what a pack's creator asks is theirs; shown to them")
    earnings_days: int = Field(7, ge=0, le=90, description="earnings wait so long before they can be paid out")
    payout_dust: int = Field(1_000, ge=1, le=1_000_000, description="dust from which earnings are paid out, each Monday")

    mail_from: str = Field("", description="the From line of letters, such as `Pexit <hello@pexit.example>`")
    resend_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("PEXIT_RESEND_API_KEY", "RESEND_API_KEY"),
        description="sends mail by Resend. `RESEND_API_KEY` is read too",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="sends mail by this server: `smtp://user:password@host:587` (STARTTLS) or `smtps://`; "
        "`?tls=off` to leave it open",
    )
    twilio_account_sid: str = Field(
        "",
        validation_alias=AliasChoices("PEXIT_TWILIO_ACCOUNT_SID", "TWILIO_ACCOUNT_SID"),
        description="sends SMS by Twilio. `TWILIO_*` names are read too",
    )
    twilio_auth_token: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("PEXIT_TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN"),
        description="belongs to the account",
    )
    twilio_from: str = Field(
        "",
        validation_alias=AliasChoices("PEXIT_TWILIO_FROM", "TWILIO_FROM"),
        description="the number SMS come from, such as `+4670123456`, or a messaging service (`MG...`)",
    )

    google_client_id: str = Field("", description="lets people sign in with Google")
    google_client_secret: SecretStr = Field(SecretStr(""), description="belongs to the client")
    apple_client_id: str = Field("", description="lets people sign in with Apple: the Services ID")
    apple_team_id: str = Field("", description="the team the key belongs to")
    apple_key_id: str = Field("", description="the key's name")
    apple_private_key: SecretStr = Field(SecretStr(""), description="the key itself (.p8), line breaks as `\\n`")
    facebook_client_id: str = Field("", description="lets people sign in with Facebook: the app's ID")
    facebook_client_secret: SecretStr = Field(SecretStr(""), description="belongs to the app")
    oidc_issuer: str = Field(
        "", description="lets people sign in at any other OpenID Connect issuer, such as `https://id.example`"
    )
    oidc_client_id: str = Field("", description="what we are called there")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="empty: a public client, by PKCE alone")
    oidc_name: str = Field("Company account", description="what its button says")
    jwt_issuer: str = Field("", description="tokens of this issuer are accepted as bearer tokens (`iss`)")
    jwks_url: str = Field("", description="where that issuer's keys are")
    jwt_audience: str = Field("", description="what `aud` of those tokens must name; empty: anything. Set it")

    dev_user_email: str = Field(
        "",
        validation_alias=AliasChoices("PEXIT_DEV_USER_EMAIL", "DEV_USER_EMAIL"),
        description="an account that is there from the start, in development only. `DEV_USER_*` names are read too",
    )
    dev_user_password: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("PEXIT_DEV_USER_PASSWORD", "DEV_USER_PASSWORD"),
        description="its password, 8 to 72 bytes",
    )

    fal_key: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("PEXIT_FAL_KEY", "FAL_KEY"),
        description="trains and renders at fal.ai. `FAL_KEY` is read too",
    )
    replicate_api_token: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("PEXIT_REPLICATE_API_TOKEN", "REPLICATE_API_TOKEN"),
        description="trains and renders at Replicate: the backup, or alone. `REPLICATE_API_TOKEN` is read too",
    )
    replicate_destination: str = Field(
        "",
        description="the model at Replicate that keeps trained likenesses, `owner/name`; empty: `pexit-likenesses` of "
        "the account",
    )
    stripe_key: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("PEXIT_STRIPE_KEY", "STRIPE_KEY"),
        description="sells dust by Stripe and pays creators; empty: a test cashier, in production none. `STRIPE_*` names "
        "are read too",
    )
    stripe_webhook_secret: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("PEXIT_STRIPE_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SECRET"),
        description="signs what Stripe calls `/api/v1/wallet/hooks/stripe` with (`whsec_...`)",
    )
    trusted_result_hosts: str = Field(
        "", description="more hosts that results may come from, `host[:port],...`, also on private addresses or by http"
    )
    s3_bucket: str = Field(
        "",
        validation_alias=AliasChoices("PEXIT_S3_BUCKET", "R2_BUCKET"),
        description="keeps all pictures in this bucket; empty: in the data folder. `R2_*` names are read too",
    )
    s3_endpoint: str = Field(
        "",
        validation_alias=AliasChoices("PEXIT_S3_ENDPOINT", "R2_ENDPOINT"),
        description="such as `https://<account>.r2.cloudflarestorage.com`; empty: Amazon's",
    )
    s3_region: str = Field("auto", description="the bucket's region; R2 has only `auto`")
    s3_access_key_id: str = Field(
        "",
        validation_alias=AliasChoices("PEXIT_S3_ACCESS_KEY_ID", "R2_ACCESS_KEY_ID"),
        description="empty: what boto3 finds by itself",
    )
    s3_secret_access_key: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("PEXIT_S3_SECRET_ACCESS_KEY", "R2_SECRET_ACCESS_KEY"),
        description="belongs to the access key",
    )
    s3_prefix: str = Field("", description="put before every key, such as `pexit/`")

    @field_validator("replicate_destination")
    @classmethod
    def _is_model(cls, value: str) -> str:
        if value and (value.count("/") != 1 or not all(value.split("/"))):
            raise ValueError("give owner and name of a model, such as my-studio/likenesses")
        return value

    @field_validator("s3_endpoint")
    @classmethod
    def _is_endpoint(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("give the whole address, such as https://s3.example.com")
        return value.rstrip("/")

    @field_validator("trusted_result_hosts")
    @classmethod
    def _are_hosts(cls, value: str) -> str:
        for host in filter(None, map(str.strip, value.split(","))):
            parts = urlsplit(f"//{host}")
            try:
                is_host = bool(parts.hostname) and parts.netloc == host and "@" not in host and parts.port != 0
            except ValueError:
                is_host = False
            if not is_host:
                raise ValueError(f"{host[:60]!r} is no host; give host or host:port, separated by commas")
        return value

    @field_validator("public_url", "cors_origins")
    @classmethod
    def _are_origins(cls, value: str, info: ValidationInfo) -> str:
        listed = value.split(",") if info.field_name == "cors_origins" else [value]
        for each in filter(None, map(str.strip, listed)):
            parts = urlsplit(each)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
                raise ValueError("give scheme and host only, such as https://pexit.example")
        return ",".join(each.strip().rstrip("/").lower() for each in listed)  # as browsers write it in Origin

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
            raise ValueError("give a PostgreSQL address: postgresql://user:password@host/name")
        return value.replace("postgres://", "postgresql://", 1).replace("postgresql+psycopg://", "postgresql://", 1)

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        try:
            is_good = not value.get_secret_value() or (
                parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
            )
        except ValueError:
            is_good = False
        if not is_good:
            raise ValueError("give an address such as smtp://user:password@mail.example:587")
        return value

    @model_validator(mode="after")
    def _senders_are_whole(self) -> Self:
        if (self.resend_api_key.get_secret_value() or self.smtp_url.get_secret_value()) and "@" not in self.mail_from:
            raise ValueError("PEXIT_MAIL_FROM is demanded to send mail, such as Pexit <hello@pexit.example>")
        twilio = (self.twilio_account_sid, self.twilio_auth_token.get_secret_value(), self.twilio_from)
        if any(twilio) and not all(twilio):
            raise ValueError(
                "PEXIT_TWILIO_ACCOUNT_SID, PEXIT_TWILIO_AUTH_TOKEN and PEXIT_TWILIO_FROM belong together: set all three"
            )
        return self

    @model_validator(mode="after")
    def _stripe_is_whole(self) -> Self:
        if self.stripe_key.get_secret_value() and not self.stripe_webhook_secret.get_secret_value():
            raise ValueError("PEXIT_STRIPE_WEBHOOK_SECRET belongs to PEXIT_STRIPE_KEY: set both")
        if self.stripe_webhook_secret.get_secret_value() and not self.stripe_key.get_secret_value():
            raise ValueError("PEXIT_STRIPE_KEY belongs to PEXIT_STRIPE_WEBHOOK_SECRET: set both")
        return self

    @field_validator("oidc_issuer", "jwks_url")
    @classmethod
    def _is_secure(cls, value: str) -> str:
        parts = urlsplit(value)
        is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
        if value and not (parts.scheme == "https" or is_local):
            raise ValueError("give an https address; http is for this machine alone")
        return value

    @model_validator(mode="after")
    def _elsewhere_is_whole(self) -> Self:
        apple = (self.apple_client_id, self.apple_team_id, self.apple_key_id, self.apple_private_key.get_secret_value())
        together = {
            "PEXIT_GOOGLE_CLIENT_ID and PEXIT_GOOGLE_CLIENT_SECRET": (
                self.google_client_id,
                self.google_client_secret.get_secret_value(),
            ),
            "PEXIT_APPLE_CLIENT_ID, PEXIT_APPLE_TEAM_ID, PEXIT_APPLE_KEY_ID and PEXIT_APPLE_PRIVATE_KEY": apple,
            "PEXIT_FACEBOOK_CLIENT_ID and PEXIT_FACEBOOK_CLIENT_SECRET": (
                self.facebook_client_id,
                self.facebook_client_secret.get_secret_value(),
            ),
            "PEXIT_OIDC_ISSUER and PEXIT_OIDC_CLIENT_ID": (self.oidc_issuer, self.oidc_client_id),
            "PEXIT_JWT_ISSUER and PEXIT_JWKS_URL": (self.jwt_issuer, self.jwks_url),
        }
        for names, values in together.items():
            if any(values) and not all(values):
                raise ValueError(f"{names} belong together: set all of them")
        return self

    @model_validator(mode="after")
    def _dev_user_is_whole(self) -> Self:
        given = (self.dev_user_email, self.dev_user_password.get_secret_value())
        if any(given) and self.is_production:
            raise ValueError("PEXIT_DEV_USER_EMAIL and PEXIT_DEV_USER_PASSWORD are for development: take them away")
        if any(given) and not all(given):
            raise ValueError("PEXIT_DEV_USER_EMAIL and PEXIT_DEV_USER_PASSWORD belong together: set both")
        if all(given) and not 8 <= len(given[1].encode()) <= 72:
            raise ValueError("PEXIT_DEV_USER_PASSWORD takes 8 to 72 bytes")
        return self

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        secret = self.secret_key.get_secret_value()
        if self.env == "production" and not secret:
            raise ValueError("PEXIT_SECRET_KEY is demanded in production; `openssl rand -hex 32` makes one")
        if self.is_production and not self.public_url:
            # Links and canonical addresses would otherwise follow whatever Host a stranger sends.
            raise ValueError("PEXIT_PUBLIC_URL is demanded in production, such as https://pexit.example")
        if secret and len(secret) < MIN_SECRET_CHARS:
            raise ValueError(f"PEXIT_SECRET_KEY is shorter than {MIN_SECRET_CHARS} characters")
        return self

    @property
    def cors_list(self) -> tuple[str, ...]:
        return tuple(filter(None, self.cors_origins.split(",")))

    @property
    def result_hosts(self) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, self.trusted_result_hosts.split(","))))

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def folder(self) -> Path:
        return self.data_dir.expanduser().resolve()

    @property
    def listen_host(self) -> str:
        return self.host or ("0.0.0.0" if self.is_production else "127.0.0.1")  # noqa: S104

    @property
    def origin(self) -> str:
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def is_https(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def cookie_name(self) -> str:
        """`__Host-` demands Secure, which plain-http clients drop: another name on http."""
        return "__Host-pexit" if self.is_https else "pexit_dev"

    def signing_key(self) -> bytes:
        """The secret key; in development one is made once and kept in the data folder, readable by its owner only."""
        if secret := self.secret_key.get_secret_value():
            return secret.encode()
        path = self.folder / "secret.key"
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with open(path, "x", opener=_owner_only) as file:
                file.write(secrets.token_hex(32))
        except FileExistsError:
            pass
        return path.read_bytes()


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@lru_cache(maxsize=1)
def load() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        lines = []
        for each in error.errors():
            field = str(each["loc"][0]) if each["loc"] else ""
            name = field if field.isupper() or not field else f"PEXIT_{field.upper()}"
            lines.append(f"  {name + ': ' if name else ''}{each['msg'].removeprefix('Value error, ')}")
        raise SettingsError("Pexit cannot start, these settings need mending:\n" + "\n".join(lines)) from None
