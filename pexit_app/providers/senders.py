"""Which carriers this machine has: Resend or SMTP for mail, Twilio for SMS, else the console."""

import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from pexit_app.core.settings import Settings
from pexit_app.providers.post_office import PostOffice
from pexit_app.providers.resend import Resend
from pexit_app.providers.smtp import Server, Smtp
from pexit_app.providers.twilio import Twilio


def mail_of(config: Settings) -> Resend | Smtp | None:
    if key := config.resend_api_key.get_secret_value():
        return Resend(key, config.mail_from)
    if url := config.smtp_url.get_secret_value():
        return Smtp(Server.of(url), config.mail_from)
    return None


def sms_of(config: Settings) -> Twilio | None:
    if not config.twilio_account_sid:
        return None
    return Twilio(config.twilio_account_sid, config.twilio_auth_token.get_secret_value(), config.twilio_from)


@contextlib.asynccontextmanager
async def opened(config: Settings) -> AsyncIterator[PostOffice]:
    mail, sms = mail_of(config), sms_of(config)
    office = PostOffice(mail, sms, urlsplit(config.origin).hostname or "localhost")
    try:
        yield office
    finally:
        await office.close()
        for carrier in (mail, sms):
            if carrier is not None:
                await carrier.close()
