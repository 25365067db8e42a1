"""The words of what we send: a letter with a code, a letter with a notice, the same as a short message."""

import html
from dataclasses import dataclass

SIGN = "Pexit"
_HTML = """<!doctype html><html lang="en"><body style="margin:0;padding:24px;background:#E1E7E8;color:#111416;\
font:16px/1.5 Helvetica,Arial,sans-serif">{body}<p style="color:#4A5458;font-size:13px">{sign}</p></body></html>"""
_CODE = """<p style="display:inline-block;margin:0;padding:12px 18px;background:#101213;color:#EDF1F1;\
font:700 28px/1.2 Menlo,Consolas,monospace;letter-spacing:6px">{code}</p>"""
_LINK = """<p><a href="{link}" style="color:#111416">{words}</a></p>"""


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    html: str


def code_letter(code: str, link: str, use: str) -> Letter:
    """`code` or `link` may be empty. The subject begins with the code, so that it can be read without opening it."""
    lead = f"Use this code to {use}. It works once, for 10 minutes." if code else f"Use this link to {use}."
    after = "Or press this link; it works once as well:" if code else "It works once, for 10 minutes:"
    close = "If you did not ask for it, do nothing: nobody can use it without this letter."
    text = [lead, *([code] if code else []), *([f"{after}\n{link}"] if link else []), close, SIGN]
    body = f"<p>{html.escape(lead)}</p>"
    body += _CODE.format(code=code) if code else ""
    words = "Press this link instead" if code else "Go on"
    body += _LINK.format(link=html.escape(link), words=words) if link else ""
    subject = f"{code} is your code for Pexit" if code else "Your link for Pexit"
    page = _HTML.format(body=f"{body}<p>{html.escape(close)}</p>", sign=SIGN)
    return Letter(subject, "\n\n".join(text), page)


def notice_letter(subject: str, text: str) -> Letter:
    return Letter(subject, f"{text}\n\n{SIGN}", _HTML.format(body=f"<p>{html.escape(text)}</p>", sign=SIGN))


def code_message(code: str, link: str, use: str, host: str) -> str:
    """For a phone. The last line lets its browser offer the code to pages of `host` alone
    (https://wicg.github.io/sms-one-time-codes/); the link comes only when there is no code, as every character costs."""
    if not code:
        return f"Use this link to {use}, once, for 10 minutes: {link}"
    return f"{code} is your code to {use}. It works once, for 10 minutes.\n\n@{host} #{code}"


def notice_message(subject: str, text: str) -> str:
    return f"Pexit: {subject}. {text}"
