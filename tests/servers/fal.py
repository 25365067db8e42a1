"""A fal.ai of our own: queue, storage, results, webhooks and their keys, as the official client sends and expects.

    server = FalServer()
    with proxying(server.apps(), tmp_path, server.faults) as proxy: ...  # HTTPS_PROXY, SSL_CERT_FILE from proxy.env

Places for faults: submit, status, result, cancel, token, upload, part, initiate, put, file, jwks, and connect:<host>.
"""

import asyncio
import base64
import hashlib
import io
import json
import time
import zipfile
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Host, Route, Router

from tests.servers import fal_products
from tests.servers.base import App, Scope
from tests.servers.fal_state import LOG_LINES, FalOrder, FalUpload, Made, lifecycle_s, model_error, request_error
from tests.servers.faults import Faults, faulty

QUEUE, BACKUP, REST, CDN = "queue.fal.run", "queue.falrun.com", "rest.fal.ai", "v3.fal.media"
HOSTS = (QUEUE, BACKUP, REST, CDN)
Rule = Callable[[FalOrder], Made | None]


class FalServer:
    """`orders` by request id, `uploads`, `canceled` ids and `hooks` sent (address, answer's status) tell what happened.

    `looks`: how many status calls see a new order under way before it is done (None: until finish()). `finish_s`: seconds
    after which it is done without any call, webhook included. `results`: what the next orders come to instead of what
    they ordered; `rule` the same by order. `ignores_cancel`: orders under way come to a late success."""

    def __init__(self, key: str = "fal-test-key") -> None:
        self.key = key
        self.faults = Faults()
        self.orders: dict[str, FalOrder] = {}
        self.uploads: dict[str, FalUpload] = {}
        self.canceled: list[str] = []
        self.hooks: list[tuple[str, int]] = []
        self.looks: int | None = 0
        self.finish_s: float | None = None
        self.ignores_cancel = False
        self.sends_hooks = True
        self.hooks_to = ""  # "http://127.0.0.1:port": where webhooks go instead of their address's host
        self.results: deque[Made] = deque()
        self.rule: Rule | None = None
        self._files: dict[str, tuple[bytes, str]] = {}
        self._parts: dict[str, dict[int, bytes]] = {}
        self._tokens: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.rotate_key()
        self._former: list[dict[str, str]] = []

    def app(self) -> App:
        """All hosts in one app, told apart by their names."""
        queue = Router(
            [
                Route("/{owner}/{alias}/requests/{id}/status", self._status),
                Route("/{owner}/{alias}/requests/{id}/cancel", self._cancel, methods=["PUT"]),
                Route("/{owner}/{alias}/requests/{id}", self._result),
                Route("/{model:path}", self._submit, methods=["POST"]),
            ]
        )
        rest = Router(
            [
                Route("/storage/auth/token", self._token, methods=["POST"]),
                Route("/storage/upload/initiate", self._initiate, methods=["POST"]),
                Route("/.well-known/jwks.json", self._jwks),
            ]
        )
        cdn = Router(
            [
                Route("/files/upload", self._upload, methods=["POST"]),
                Route("/files/upload/multipart", self._start_parts, methods=["POST"]),
                Route("/files/{name}/multipart/{id}/complete", self._complete, methods=["POST"]),
                Route("/files/{name}/multipart/{id}/{part:int}", self._part, methods=["PUT"]),
                Route("/put/{name}", self._put, methods=["PUT"]),
                Route("/files/{name}", self._file),
            ]
        )
        hosts = [Host(QUEUE, queue), Host(BACKUP, queue), Host(REST, rest), Host(CDN, cdn)]
        return faulty(Starlette(routes=hosts), self.faults, place)

    def apps(self) -> Mapping[str, App]:
        return dict.fromkeys(HOSTS, self.app())

    # For tests: moving orders on.

    @property
    def last(self) -> FalOrder:
        return list(self.orders.values())[-1]

    def start(self, order: FalOrder, *lines: str) -> None:
        """It is worked on, and these are its log lines."""
        order.state = "IN_PROGRESS"
        order.logs.extend(lines)

    def finish(self, order: FalOrder, made: Made | None = None) -> None:
        """It is done; no webhook is sent."""
        if order.state != "COMPLETED":
            order.made = made or self._outcome(order)
            order.state = "COMPLETED"

    def delete_file(self, url: str) -> None:
        """As when it expires."""
        self._files.pop(url, None)

    def file(self, url: str) -> bytes:
        return self._files[url][0]

    # Webhooks.

    def rotate_key(self, *, keeps_former: bool = False) -> None:
        if keeps_former:
            self._former.append(self._public())
        self._signer = Ed25519PrivateKey.generate()

    def hook(self, order: FalOrder, *, at: float | None = None) -> tuple[dict[str, str], bytes]:
        """(headers with lower-case names, body) of the webhook about an order, signed now or `at` (seconds)."""
        made = order.made or Made(None)
        is_good = made.status < 400
        said = {"request_id": order.request_id, "gateway_request_id": order.request_id}
        said |= {"status": "OK" if is_good else "ERROR", "payload": made.body}
        body = json.dumps(said if is_good else said | {"error": f"Unexpected status code: {made.status}"}).encode()
        return self.signed(order.request_id, body, at=at), body

    def signed(self, request_id: str, body: bytes, *, at: float | None = None) -> dict[str, str]:
        moment = str(int(time.time() if at is None else at))
        lines = (request_id, "user-1", moment, hashlib.sha256(body).hexdigest())
        signature = self._signer.sign("\n".join(lines).encode()).hex()
        names = ("request-id", "user-id", "timestamp", "signature")
        values = (request_id, "user-1", moment, signature)
        return {f"x-fal-webhook-{name}": value for name, value in zip(names, values, strict=True)}

    async def send_hook(self, order: FalOrder) -> int:
        """Sends the webhook about an order once and gives the status of the answer (0: none came)."""
        assert order.webhook is not None
        headers, body = self.hook(order)
        address = _moved(order.webhook, self.hooks_to)
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
                sent = await client.post(address, content=body, headers=headers | {"content-type": "application/json"})
            status = sent.status_code
        except httpx.HTTPError:
            status = 0
        self.hooks.append((address, status))
        return status

    # The queue.

    async def _submit(self, request: Request) -> Response:
        if refused := self._refuses(request):
            return refused
        order = FalOrder(
            str(uuid4()),
            request.path_params["model"],
            await request.json(),
            request.query_params.get("fal_webhook"),
            dict(request.headers),
            looks=self.looks,
        )
        self.orders[order.request_id] = order
        if self.finish_s is not None:
            task = asyncio.create_task(self._finish_later(order, self.finish_s))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return JSONResponse({"request_id": order.request_id, "gateway_request_id": order.request_id} | _urls(order))

    async def _finish_later(self, order: FalOrder, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if order.is_removed or order.state == "COMPLETED":
            return
        self.finish(order)
        if order.webhook and self.sends_hooks:
            await self.send_hook(order)

    async def _status(self, request: Request) -> Response:
        order = self.orders.get(request.path_params["id"])
        if refused := self._refuses(request, order):
            return refused
        assert order is not None
        self._move_on(order)
        said: dict[str, Any] = {"status": order.state, "request_id": order.request_id} | _urls(order)
        if order.state == "IN_QUEUE":
            return JSONResponse(said | {"queue_position": order.looks or 0}, 202)
        with_logs = request.query_params.get("logs") == "true"
        logs = [{"message": line, "level": "INFO", "timestamp": "2026-11-21T00:00:00Z"} for line in order.logs]
        said["logs"] = logs if with_logs else None
        if order.state == "IN_PROGRESS":
            return JSONResponse(said, 202)
        assert order.made is not None
        said["metrics"] = {"inference_time": 1.5}
        if order.made.status >= 400:
            said["error"] = "The request failed."
            said["error_type"] = order.made.error_type or None
        return JSONResponse(said)

    def _move_on(self, order: FalOrder) -> None:
        if order.looks is None or self.finish_s is not None or order.state == "COMPLETED":
            return
        if order.looks == 0:
            self.finish(order)
            return
        order.looks -= 1
        if not order.is_seen:
            order.is_seen = True
        elif order.state == "IN_QUEUE":
            self.start(order, *LOG_LINES)
        else:
            self.start(order, f"Steps: {(len(order.logs) - 1) * 10}/100")

    async def _result(self, request: Request) -> Response:
        order = self.orders.get(request.path_params["id"])
        if refused := self._refuses(request, order):
            return refused
        assert order is not None
        if order.made is None:
            return JSONResponse({"detail": "Request is still in progress"}, 400)
        extra = {"x-fal-error-type": order.made.error_type} if order.made.error_type else {}
        return JSONResponse(order.made.body, order.made.status, {"x-fal-request-id": order.request_id} | extra)

    async def _cancel(self, request: Request) -> Response:
        order = self.orders.get(request.path_params["id"])
        if order is None or order.is_removed:
            return JSONResponse({"status": "NOT_FOUND"}, 404)
        if order.state == "COMPLETED":
            return JSONResponse({"status": "ALREADY_COMPLETED"}, 400)
        self.canceled.append(order.request_id)
        if order.state == "IN_QUEUE":
            order.is_removed = True
        elif not self.ignores_cancel:
            self.finish(order, request_error("client_cancelled", 499))
        return JSONResponse({"status": "CANCELLATION_REQUESTED"}, 202)

    def _refuses(self, request: Request, order: FalOrder | str | None = "any") -> Response | None:
        if request.headers.get("authorization") != f"Key {self.key}":
            return JSONResponse({"detail": "Authentication is required to access this application."}, 401)
        if order is None or (isinstance(order, FalOrder) and order.is_removed):
            return JSONResponse({"detail": "Request not found"}, 404)
        return None

    # What orders come to.

    def _outcome(self, order: FalOrder) -> Made:
        if self.results:
            return self.results.popleft()
        if self.rule and (made := self.rule(order)):
            return made
        for name, value in order.arguments.items():
            if name.endswith("_url") and urlsplit(str(value)).hostname == CDN and value not in self._files:
                return model_error("file_download_error", name)
        return self._trained(order) if "images_data_url" in order.arguments else self._painted(order)

    def _trained(self, order: FalOrder) -> Made:
        content = self._files[order.arguments["images_data_url"]][0]
        try:
            names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        except zipfile.BadZipFile:
            return model_error("invalid_archive", "images_data_url")
        if not any(name.endswith((".jpg", ".png")) for name in names):
            return model_error("archive_file_count_below_minimum", "images_data_url")
        weights = fal_products.lora(len(names))
        url = self._keep(weights, "application/octet-stream", "safetensors")
        config = self._keep(b"{}", "application/json", "json")
        return Made({"diffusers_lora_file": {"url": url, "file_size": len(weights)}, "config_file": {"url": config}})

    def _painted(self, order: FalOrder) -> Made:
        given = order.arguments
        output_format = str(given.get("output_format", "jpeg"))
        width, height = self._size(given)
        seed = int(given.get("seed", 1))
        shown = []
        for i in range(int(given.get("num_images", 1))):
            content = fal_products.picture(width, height, seed + i, output_format)
            media_type = f"image/{output_format}"
            url = self._keep(content, media_type, "jpg" if output_format == "jpeg" else "png")
            shown.append({"url": url, "width": width, "height": height, "content_type": media_type})
        if "upscale_factor" in given or "scale" in given:
            return Made({"image": shown[0], "seed": seed})
        return Made({"images": shown, "seed": seed, "has_nsfw_concepts": [False] * len(shown), "prompt": ""})

    def _size(self, given: Mapping[str, Any]) -> tuple[int, int]:
        """As ordered; else the source's, enlarged where that was asked for."""
        if size := given.get("image_size"):
            return size["width"], size["height"]
        kept = self._files.get(str(given.get("image_url")))
        width, height = Image.open(io.BytesIO(kept[0])).size if kept else (1024, 1024)
        factor = int(given.get("upscale_factor", given.get("scale", 1)))
        return width * factor, height * factor

    def _keep(self, content: bytes, media_type: str, suffix: str) -> str:
        url = f"https://{CDN}/files/{uuid4().hex}.{suffix}"
        self._files[url] = (content, media_type)
        return url

    # Storage.

    async def _token(self, request: Request) -> Response:
        if refused := self._refuses(request):
            return refused
        token = uuid4().hex
        self._tokens.add(token)
        expires = "2099-01-01T00:00:00+00:00"
        said = {"token": token, "token_type": "Bearer", "base_url": f"https://{CDN}", "expires_at": expires}
        return JSONResponse(said)

    def _is_let_in(self, request: Request) -> bool:
        return request.headers.get("authorization", "").removeprefix("Bearer ") in self._tokens

    async def _upload(self, request: Request) -> Response:
        if not self._is_let_in(request):
            return JSONResponse({"detail": "Unauthorized"}, 401)
        return JSONResponse({"access_url": self._take(request, await request.body(), "cdn")})

    def _take(self, request: Request, content: bytes, way: str, url: str = "") -> str:
        media_type = request.headers.get("content-type", "")
        url = url or self._keep(content, media_type, "bin")
        self._files[url] = (content, media_type)
        self.uploads[url] = FalUpload(url, content, media_type, lifecycle_s(request.headers), way)
        return url

    async def _start_parts(self, request: Request) -> Response:
        if not self._is_let_in(request):
            return JSONResponse({"detail": "Unauthorized"}, 401)
        upload = uuid4().hex
        self._parts[upload] = {}
        return JSONResponse({"access_url": self._take(request, b"", "multipart"), "uploadId": upload})

    async def _part(self, request: Request) -> Response:
        content = await request.body()
        self._parts[request.path_params["id"]][request.path_params["part"]] = content
        return Response(headers={"etag": hashlib.md5(content).hexdigest()})

    async def _complete(self, request: Request) -> Response:
        parts = self._parts.pop(request.path_params["id"])
        listed = [each["partNumber"] for each in (await request.json())["parts"]]
        if sorted(listed) != sorted(parts):
            return JSONResponse({"detail": "parts are missing"}, 400)
        url = f"https://{CDN}/files/{request.path_params['name']}"
        begun = self.uploads[url]
        content = b"".join(parts[number] for number in sorted(parts))
        self._files[url] = (content, begun.media_type)
        self.uploads[url] = FalUpload(url, content, begun.media_type, begun.keep_s, "multipart")
        return JSONResponse({"access_url": url})

    async def _initiate(self, request: Request) -> Response:
        if refused := self._refuses(request):
            return refused
        url = self._take(request, b"", "storage")
        return JSONResponse({"file_url": url, "upload_url": f"https://{CDN}/put/{url.rpartition('/')[2]}"})

    async def _put(self, request: Request) -> Response:
        url = f"https://{CDN}/files/{request.path_params['name']}"
        begun = self.uploads[url]
        content = await request.body()
        self._files[url] = (content, request.headers["content-type"])
        self.uploads[url] = FalUpload(url, content, request.headers["content-type"], begun.keep_s, "storage")
        return Response()

    async def _file(self, request: Request) -> Response:
        kept = self._files.get(f"https://{CDN}/files/{request.path_params['name']}")
        return Response("gone", 404) if kept is None else Response(kept[0], media_type=kept[1])

    async def _jwks(self, request: Request) -> Response:
        return JSONResponse({"keys": [*self._former, self._public()]})

    def _public(self) -> dict[str, str]:
        x = base64.urlsafe_b64encode(self._signer.public_key().public_bytes_raw()).rstrip(b"=").decode()
        return {"kty": "OKP", "crv": "Ed25519", "x": x}


def place(scope: Scope) -> str | None:
    """Where a request goes, as faults name it."""
    host = next((value.decode() for name, value in scope["headers"] if name == b"host"), "").partition(":")[0]
    path, method = scope["path"], scope["method"]
    if host in (QUEUE, BACKUP):
        last = path.rpartition("/")[2]
        return "submit" if method == "POST" else last if last in ("status", "cancel") else "result"
    if host == REST:
        return {"/storage/auth/token": "token", "/storage/upload/initiate": "initiate"}.get(path, "jwks")
    if method == "GET":
        return "file"
    if method == "PUT":
        return "put" if path.startswith("/put/") else "part"
    return "upload"


def _urls(order: FalOrder) -> dict[str, str]:
    owner, alias = order.model.split("/")[:2]
    base = f"https://{QUEUE}/{owner}/{alias}/requests/{order.request_id}"
    return {"response_url": base, "status_url": f"{base}/status", "cancel_url": f"{base}/cancel"}


def _moved(address: str, to: str) -> str:
    """`address` at another host."""
    if not to:
        return address
    there = urlsplit(to)
    return urlunsplit(urlsplit(address)._replace(scheme=there.scheme, netloc=there.netloc))
