"""A real OpenID Connect issuer (oidc-provider-mock), with what it does not do itself: it holds us to PKCE and to the exact
redirect. `people` are its accounts by subject."""

import base64
import hashlib
import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import oidc_provider_mock
from werkzeug.serving import make_server


@dataclass
class Issuer:
    """`asked` are the parameters of every authorization, `exchanged` of every token request."""

    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    exchanged: list[dict[str, str]] = field(default_factory=list)
    challenges: dict[str, str] = field(default_factory=dict)  # by code

    def agree(self, address: str, subject: str) -> str:
        """What a person's browser does there: sees the page, presses the button. The address it is sent back to."""
        assert httpx.get(address).status_code == 200
        return str(httpx.post(address, data={"sub": subject}, follow_redirects=False).headers["location"])

    def refuse(self, address: str) -> str:
        return str(httpx.post(address, data={"action": "deny"}, follow_redirects=False).headers["location"])


def _first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


class _Strict:
    """WSGI around the mock."""

    def __init__(self, app: Any, issuer: Issuer) -> None:
        self.app, self.issuer = app, issuer

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/oauth2/authorize" and environ["REQUEST_METHOD"] == "POST":
            asked = _first(environ["QUERY_STRING"])
            self.issuer.asked.append(asked)

            def noting(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                code = _first(urlsplit(dict(headers).get("Location", "")).query).get("code")
                if code:
                    assert asked["code_challenge_method"] == "S256"
                    self.issuer.challenges[code] = asked["code_challenge"]
                return start_response(status, headers, *more)

            return self.app(environ, noting)
        if environ["PATH_INFO"] == "/oauth2/token" and not self._is_right(environ):
            start_response("400 Bad Request", [("Content-Type", "application/json")])
            return [b'{"error": "invalid_grant"}']
        return self.app(environ, start_response)

    def _is_right(self, environ: dict[str, Any]) -> bool:
        content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(content)
        given = _first(content.decode())
        self.issuer.exchanged.append(given)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return self.issuer.challenges.pop(given.get("code", ""), "") == challenge


@contextmanager
def issuing(people: Mapping[str, Mapping[str, object]]) -> Iterator[Issuer]:
    issuer = Issuer()
    users = [oidc_provider_mock.User(sub=sub, claims=dict(claims)) for sub, claims in people.items()]
    app = oidc_provider_mock.app(require_nonce=True, user_claims=users)
    app.debug = False
    server = make_server("127.0.0.1", 0, _Strict(app, issuer), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    issuer.url = f"http://localhost:{server.server_port}"
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
