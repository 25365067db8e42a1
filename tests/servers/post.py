"""Resend's and Twilio's HTTP, and an SMTP server, as far as we speak with them. Each keeps what it took, and refuses as it
is told: `refusals` are statuses for the next requests, oldest first."""

import base64
import email
import email.policy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.servers.base import App, serving

KEY, ACCOUNT, AUTH = "re_test_key", "ACtest", "twilio-token"
PERMANENT, PASSING = {"resend": 422, "twilio": 400, "smtp": 550}, {"resend": 500, "twilio": 503, "smtp": 451}


@dataclass
class Post:
    """What arrived. A letter is (to, text, the whole as it came)."""

    address: str = ""
    letters: list[tuple[str, str, Any]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # the key, or else the receiver, of every request
    gate: threading.Event = field(default_factory=threading.Event)  # nothing is answered before it is set

    def __post_init__(self) -> None:
        self.gate.set()


async def _body(receive: Any) -> bytes:
    content, more = b"", True
    while more:
        message = await receive()
        content, more = content + message.get("body", b""), message.get("more_body", False)
    return content


def _app(post: Post, path: str, authorization: str, read: Any) -> App:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        to, text, whole = read(await _body(receive))
        post.asked.append(headers.get("idempotency-key", to))
        post.gate.wait(20)
        status = post.refusals.pop(0) if post.refusals else 200
        if scope["path"] != path:
            status = 404
        elif headers.get("authorization") != authorization:
            status = 401
        if status == 200:
            post.letters.append((to, text, whole))
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        )
        await send({"type": "http.response.body", "body": b"{}"})

    return app


@contextmanager
def resend() -> Iterator[Post]:
    def read(content: bytes) -> tuple[str, str, Any]:
        body = json.loads(content)
        assert set(body) == {"from", "to", "subject", "text", "html"}
        return body["to"][0], body["text"], body

    post = Post()
    with serving(_app(post, "/emails", f"Bearer {KEY}", read)) as post.address:
        yield post


@contextmanager
def twilio() -> Iterator[Post]:
    def read(content: bytes) -> tuple[str, str, Any]:
        body = {name: value[0] for name, value in parse_qs(content.decode(), strict_parsing=True).items()}
        return body["To"], body["Body"], body

    post = Post()
    basic = "Basic " + base64.b64encode(f"{ACCOUNT}:{AUTH}".encode()).decode()
    with serving(_app(post, f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", basic, read)) as post.address:
        yield post


class _Inbox:
    def __init__(self, post: Post) -> None:
        self.post = post

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.post.asked.append(str(message["Message-ID"]))
        self.post.gate.wait(20)
        if self.post.refusals:
            return f"{self.post.refusals.pop(0)} no"
        text = message.get_body(("plain",)).get_content()
        self.post.letters.append((envelope.rcpt_tos[0], text, message))
        return "250 taken"


class _Controller(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # the one that port 0 became
        super()._trigger_server()


@contextmanager
def smtp(user: str = "", password: str = "", **options: Any) -> Iterator[Post]:
    """`options` are aiosmtpd's, such as tls_context and require_starttls."""

    def knows(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        is_known = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=is_known, handled=False)

    post = Post()
    options |= {"auth_required": True, "authenticator": knows} if user else {}
    controller = _Controller(_Inbox(post), hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        post.address = f"127.0.0.1:{controller.port}"
        yield post
    finally:
        post.gate.set()
        controller.stop()
