"""E-mail addresses and phone numbers in one canonical form."""

import re

from pexit_app.core.errors import BadInput

MAX_CHARS = 254
_EMAIL = re.compile(
    r"[^@\s,;<>\"()\[\]\\]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_PHONE = re.compile(r"\+[1-9]\d{6,14}")  # E.164


def canonical(identifier: str) -> str:
    """Lower-case address, or +digits. Raises BadInput."""
    text = identifier.strip().lower()
    if len(text) <= MAX_CHARS and text.isprintable():
        if "@" in text and _EMAIL.fullmatch(text):
            return text
        digits = re.sub(r"[\s().-]", "", text)
        if _PHONE.fullmatch(digits):
            return digits
    message = (
        "Give an e-mail address such as ann@example.com, or a phone number with its country code such as +4670123456."
    )
    raise BadInput.of("identifier", message, identifier[:MAX_CHARS], MAX_CHARS)
