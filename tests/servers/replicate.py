"""A stand-in for Replicate: its predictions, trainings, models, files, webhooks and account, as the official client sends
and expects them (https://replicate.com/docs/reference/http), with faults by plan.

Put apps() behind tls.proxying(); or serve `app` and `delivery.app` with base.serving(), and set REPLICATE_BASE_URL and
`delivery_address`. Faults are planned at the places of place(), and at "file" for results.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers import replicate_models as work
from tests.servers.base import App, Scope
from tests.servers.faults import Faults, faulty
from tests.servers.files import Files

HOST, DELIVERY_HOST = "api.replicate.com", "replicate.delivery"
ENDS = ("succeeded", "failed", "canceled", "aborted")
BAR = "flux_train_replicate:  {share}%|#####     | {done}/{total} [00:10<00:10,  5.00it/s, lr: 4.0e-04 loss: 3.1e-01]"


@dataclass(frozen=True)
class Course:
    """What becomes of an order: its states, one a look (or one each `pace_s` of the server), and its end. `output` and
    `error` overrule what the model makes. `is_deaf`: it goes on when it is canceled."""

    states: tuple[str, ...] = ("starting", "processing", "succeeded")
    error: str | None = None
    output: Any = ...
    logs: str | None = None
    is_deaf: bool = False
    is_removed: bool = False  # the data are gone, as after an hour


STUCK = Course(("starting",))
NSFW = Course(
    ("starting", "processing", "failed"),
    error="NSFW content detected. Try running it again, or try a different prompt.",
)
FLAGGED = Course(
    ("starting", "failed"),
    error="The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
)
BROKEN = Course(("starting", "processing", "failed"), error="CUDA out of memory. Tried to allocate 2.00 GiB")
HOLLOW = Course(output=None, error="Prediction interrupted; please retry (code: PA)")
ABORTED = Course(("starting", "aborted"))


@dataclass
class Order:
    id: str
    work: str  # "prediction" or "training"
    model: str
    version: str
    input: dict[str, Any]
    course: Course
    destination: str = ""
    webhook: str = ""
    events: tuple[str, ...] = ()
    at: int = 0
    status: str = "starting"
    output: Any = None
    error: str | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    canceled: int = 0  # how often it was asked to stop

    @property
    def logs(self) -> str:
        if self.course.logs is not None:
            return self.course.logs
        total = int(self.input.get("steps") or self.input.get("num_inference_steps") or 28)
        bars = [BAR.format(share=share, done=total * share // 100, total=total) for share in (25, 50, 100)]
        shown = {"starting": 0, "processing": 2}.get(self.status, 3)
        return "\r".join(bars[:shown])


@dataclass
class Uploaded:
    id: str
    name: str
    media_type: str
    content: bytes
    metadata: dict[str, Any]
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class SentHook:
    url: str
    headers: dict[str, str]
    body: bytes
    status: int | None  # of the answer; None: none came


class Replicate:
    """Readable: `orders`, `files`, `models` (versions by name), `deleted` (paths), `hooks`, `faults`. `courses` are taken
    by the next orders, one each; then all go well. `hook_base`: where webhooks are sent instead of the host they name."""

    def __init__(self, faults: Faults | None = None, *, token: str = "r8_test", username: str = "pexit") -> None:
        self.faults = faults or Faults()
        self.token, self.username = token, username
        self.delivery = Files(self.faults)
        self.delivery_address = f"https://{DELIVERY_HOST}"
        self.orders: dict[str, Order] = {}
        self.files: dict[str, Uploaded] = {}
        self.models: dict[str, list[str]] = {
            name: [_version(name)] for name, model in work.MODELS.items() if not model.is_official
        }
        self.deleted: list[str] = []
        self.courses: deque[Course] = deque()
        self.hooks: list[SentHook] = []
        self.hook_base = ""
        self.sends_hooks = True
        self.tells_hooks = False  # whether an order says where it calls; the documentation leaves it open
        self.page_size = 100
        self.pace_s: float | None = None
        self.secret = new_secret()
        self._tasks: set[asyncio.Task[None]] = set()
        self.app: App = faulty(self._starlette(), self.faults, place)

    # What tests do

    def apps(self) -> dict[str, App]:
        """By host, for tls.proxying()."""
        return {HOST: self.app, DELIVERY_HOST: self.delivery.app}

    def order(self, provider_id: str) -> Order:
        """By our adapter's id ("prediction#<id>") or its own."""
        return self.orders[provider_id.rpartition("#")[2]]

    def signed(
        self, body: bytes, *, at: float | None = None, hook_id: str = "msg_1", secret: str = ""
    ) -> dict[str, str]:
        """The headers of a webhook."""
        moment = str(int(time.time() if at is None else at))
        key = base64.b64decode((secret or self.secret).partition("_")[2])
        mac = hmac.new(key, f"{hook_id}.{moment}.".encode() + body, hashlib.sha256).digest()
        signature = f"v1,{base64.b64encode(mac).decode()}"
        return {
            "content-type": "application/json",
            "webhook-id": hook_id,
            "webhook-timestamp": moment,
            "webhook-signature": signature,
        }

    def body(self, order: Order) -> dict[str, Any]:
        """An order as the API tells of it."""
        address = f"https://{HOST}/v1/{order.work}s/{order.id}"
        is_gone = order.course.is_removed and order.status in ENDS
        told = {
            "id": order.id,
            "model": order.model,
            "version": order.version or "hidden",
            "input": {} if is_gone else order.input,
            "logs": "" if is_gone else order.logs,
            "output": None if is_gone else order.output,
            "data_removed": is_gone,
            "error": order.error,
            "status": order.status,
            "source": "api",
            "created_at": order.created_at.isoformat().replace("+00:00", "Z"),
            "started_at": None,
            "completed_at": None,
            "metrics": {},
            "urls": {"get": address, "cancel": f"{address}/cancel"},
        }
        told |= {"destination": order.destination} if order.work == "training" else {}
        return told | ({"webhook": order.webhook} if self.tells_hooks and order.webhook else {})

    # The API

    def _starlette(self) -> Starlette:
        by_model = "/v1/models/{owner}/{name}"
        routes: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("POST", "/v1/predictions", self._predict),
            ("POST", by_model + "/predictions", self._predict),
            ("POST", by_model + "/versions/{version}/trainings", self._train),
            ("GET", "/v1/{work:str}s/{id}", self._tell),
            ("POST", "/v1/{work:str}s/{id}/cancel", self._cancel),
            ("GET", "/v1/predictions", self._list),
            ("GET", "/v1/trainings", self._list),
            ("GET", by_model, self._model),
            ("POST", "/v1/models", self._make_model),
            ("DELETE", by_model + "/versions/{version}", self._drop_version),
            ("POST", "/v1/files", self._upload),
            ("GET", "/v1/files", self._list_files),
            ("GET", "/v1/files/{id}", self._file),
            ("DELETE", "/v1/files/{id}", self._drop_file),
            ("GET", "/v1/webhooks/default/secret", self._tell_secret),
            ("GET", "/v1/account", self._account),
        ]
        # Files before orders: both are "/v1/<something>s/<id>".
        routes.sort(key=lambda route: "{work" in route[1])
        return Starlette(routes=[Route(path, self._guarded(run), methods=[method]) for method, path, run in routes])

    def _guarded(self, run: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {self.token}":
                return problem(401, "You did not pass a valid authentication token")
            return await run(request)

        return guarded

    async def _predict(self, request: Request) -> Response:
        told = await request.json()
        if "owner" in request.path_params:
            name, version = "{owner}/{name}".format(**request.path_params), ""
            if name not in work.MODELS or not work.MODELS[name].is_official:
                return problem(404, "The requested resource could not be found.")
        else:
            version = str(told.get("version", "")).rpartition(":")[2]
            name = next((name for name, versions in self.models.items() if version in versions), "")
            if not name:
                return problem(422, "Invalid version or not permitted")
        return self._begin("prediction", name, version, told)

    async def _train(self, request: Request) -> Response:
        name, version = "{owner}/{name}".format(**request.path_params), request.path_params["version"]
        told = await request.json()
        if version not in self.models.get(name, ()):
            return problem(404, "The requested resource could not be found.")
        if told.get("destination") not in self.models:
            return problem(404, "The specified training destination does not exist")
        return self._begin("training", name, version, told)

    def _begin(self, kind: str, name: str, version: str, told: dict[str, Any]) -> Response:
        try:
            work.check(work.MODELS.get(name, work.FINE_TUNED), told.get("input") or {})
        except work.BadInput as error:
            return problem(422, str(error))
        order = Order(
            secrets.token_hex(13),
            kind,
            name,
            version,
            told["input"],
            self.courses.popleft() if self.courses else Course(),
            told.get("destination", ""),
            told.get("webhook", ""),
            tuple(told.get("webhook_events_filter", ("start", "output", "logs", "completed"))),
        )
        order.status = order.course.states[0]
        self.orders[order.id] = order
        if self.pace_s is not None:
            self._later(self._run(order, self.pace_s))
        return JSONResponse(self.body(order), 201)

    async def _tell(self, request: Request) -> Response:
        order = self.orders.get(request.path_params["id"])
        if order is None or order.work != request.path_params["work"]:
            return problem(404, "The requested resource could not be found.")
        told = JSONResponse(self.body(order))
        if self.pace_s is None:
            self._advance(order)
        return told

    async def _cancel(self, request: Request) -> Response:
        order = self.orders.get(request.path_params["id"])
        if order is None:
            return problem(404, "The requested resource could not be found.")
        order.canceled += 1
        if order.status not in ENDS and not order.course.is_deaf:
            order.status = "aborted" if order.status == "starting" and order.work == "prediction" else "canceled"
            self._call(order, "completed")
        return JSONResponse(self.body(order))

    async def _list(self, request: Request) -> Response:
        kind = request.url.path.rpartition("/")[2].removesuffix("s")
        orders = [order for order in reversed(self.orders.values()) if order.work == kind]
        return self._page(request, [self.body(order) for order in orders])

    def _page(self, request: Request, rows: list[dict[str, Any]]) -> Response:
        at = int(request.query_params.get("cursor", "0"))
        after = at + self.page_size
        address = str(request.url.replace(query=f"cursor={after}")) if after < len(rows) else None
        return JSONResponse({"previous": None, "next": address, "results": rows[at:after]})

    async def _model(self, request: Request) -> Response:
        name = "{owner}/{name}".format(**request.path_params)
        if name not in self.models and name not in work.MODELS:
            return problem(404, "The requested resource could not be found.")
        return JSONResponse(self._model_body(name))

    async def _make_model(self, request: Request) -> Response:
        told = await request.json()
        name = f"{told['owner']}/{told['name']}"
        if told["owner"] != self.username:
            return problem(403, "You do not own this account")
        if name in self.models:
            return problem(409, "A model with that name and owner already exists")
        self.models[name] = []
        return JSONResponse(self._model_body(name), 201)

    def _model_body(self, name: str) -> dict[str, Any]:
        owner, _, short = name.partition("/")
        versions = self.models.get(name, [])
        made = "2026-01-01T00:00:00.000000Z"
        latest = (
            {"id": versions[-1], "created_at": made, "cog_version": "0.14.0", "openapi_schema": {}}
            if versions
            else None
        )
        return {
            "url": f"https://replicate.com/{name}",
            "owner": owner,
            "name": short,
            "description": None,
            "visibility": "private" if owner == self.username else "public",
            "is_official": name in work.MODELS and work.MODELS[name].is_official,
            "github_url": None,
            "paper_url": None,
            "license_url": None,
            "run_count": 0,
            "cover_image_url": None,
            "default_example": None,
            "latest_version": latest,
        }

    async def _drop_version(self, request: Request) -> Response:
        name, version = "{owner}/{name}".format(**request.path_params), request.path_params["version"]
        if version not in self.models.get(name, ()):
            return problem(404, "The requested resource could not be found.")
        self.models[name].remove(version)
        self.deleted.append(request.url.path)
        return Response(status_code=202)

    async def _upload(self, request: Request) -> Response:
        async with request.form() as form:
            sent = form["content"]
            assert not isinstance(sent, str)
            metadata = json.loads(str(form.get("metadata") or "{}"))
            file = Uploaded(
                secrets.token_hex(13), sent.filename or "", sent.content_type or "", await sent.read(), metadata
            )
        self.files[file.id] = file
        return JSONResponse(self._file_body(request, file), 201)

    async def _list_files(self, request: Request) -> Response:
        return self._page(request, [self._file_body(request, file) for file in reversed(self.files.values())])

    async def _file(self, request: Request) -> Response:
        file = self.files.get(request.path_params["id"])
        return JSONResponse(self._file_body(request, file)) if file else problem(404, "not found")

    async def _drop_file(self, request: Request) -> Response:
        if self.files.pop(request.path_params["id"], None) is None:
            return problem(404, "not found")
        self.deleted.append(request.url.path)
        return Response(status_code=204)

    def _file_body(self, request: Request, file: Uploaded) -> dict[str, Any]:
        return {
            "id": file.id,
            "name": file.name,
            "content_type": file.media_type,
            "size": len(file.content),
            "etag": "e",
            "checksums": {"sha256": hashlib.sha256(file.content).hexdigest()},
            "metadata": file.metadata,
            "created_at": file.created_at.isoformat().replace("+00:00", "Z"),
            "expires_at": (file.created_at + timedelta(days=1)).isoformat().replace("+00:00", "Z"),
            "urls": {"get": f"{request.url.scheme}://{request.url.netloc}/v1/files/{file.id}"},
        }

    async def _tell_secret(self, request: Request) -> Response:
        return JSONResponse({"key": self.secret})

    async def _account(self, request: Request) -> Response:
        about = {"type": "organization", "username": self.username, "name": "Pexit", "github_url": None}
        return JSONResponse(about)

    # What happens meanwhile

    async def _run(self, order: Order, pace_s: float) -> None:
        while order.status not in ENDS and order.at + 1 < len(order.course.states):
            await asyncio.sleep(pace_s)
            self._advance(order)

    def _advance(self, order: Order) -> None:
        if order.status in ENDS or order.at + 1 >= len(order.course.states):
            return
        order.at += 1
        status = order.course.states[order.at]
        if status in ENDS:
            self._finish(order, status)
        order.status = order.status if order.status in ENDS else status
        self._call(order, "completed" if order.status in ENDS else "start")

    def _finish(self, order: Order, status: str) -> None:
        order.status, order.error = status, order.course.error
        if status != "succeeded":
            return
        try:
            made = self._made(order) if order.course.output is ... else order.course.output
        except work.Failed as error:
            order.status, order.error = "failed", str(error)
            return
        order.output = made

    def _made(self, order: Order) -> Any:
        if order.work == "training":
            version = _version(order.id)
            weights = self._deliver(
                f"{order.id}/trained_model.tar", work.learnt(order.input, self._read), "application/x-tar"
            )
            self.models[order.destination].append(version)
            return {"version": f"{order.destination}:{version}", "weights": weights}
        ending = order.input.get("output_format", "png")
        media_type = f"image/{'jpeg' if ending == 'jpg' else ending}"
        made = work.pictures(order.input, self._read)
        urls = [self._deliver(f"{order.id}/out-{n}.{ending}", content, media_type) for n, content in enumerate(made)]
        makes_list = work.MODELS.get(order.model, work.FINE_TUNED).makes_list
        return urls if makes_list else urls[0]

    def _deliver(self, path: str, content: bytes, media_type: str) -> str:
        return self.delivery_address + self.delivery.put(f"xezq/{path}", content, media_type)

    def _read(self, url: str) -> bytes | None:
        file = self.files.get(url.partition("#")[0].rpartition("/")[2])
        return file.content if file else None

    def _call(self, order: Order, event: str) -> None:
        if order.webhook and self.sends_hooks and event in order.events:
            self._later(self._send_hook(order.webhook, json.dumps(self.body(order)).encode()))

    async def _send_hook(self, url: str, body: bytes) -> None:
        headers = self.signed(body, hook_id=f"msg_{secrets.token_hex(8)}")
        target = url
        if self.hook_base:
            base, parts = urlsplit(self.hook_base), urlsplit(url)
            target = urlunsplit(parts._replace(scheme=base.scheme, netloc=base.netloc))
        status = None
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
                status = (await client.post(target, content=body, headers=headers)).status_code
        except httpx.HTTPError:
            pass
        self.hooks.append(SentHook(url, headers, body, status))

    def _later(self, happening: Any) -> None:
        task = asyncio.get_running_loop().create_task(happening)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def place(scope: Scope) -> str | None:
    """Where faults are planned: submit, status, list, cancel, upload, file, model, version, secret, account."""
    method, parts = scope["method"], scope["path"].strip("/").split("/")[1:]
    what = parts[0] if parts else ""
    if method == "POST" and parts[-1] in ("predictions", "trainings"):
        return "submit"
    if parts[-1] == "cancel":
        return "cancel"
    if what in ("predictions", "trainings"):
        return "list" if len(parts) == 1 else "status"
    if what == "files":
        return "upload" if method == "POST" else "files"
    if what == "models":
        return "version" if "versions" in parts else "model"
    return {"webhooks": "secret", "account": "account"}.get(what)


def problem(status: int, detail: str) -> Response:
    """RFC 7807, as Replicate's errors are."""
    return JSONResponse({"title": detail, "detail": detail, "status": status}, status)


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def _version(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


def several(count: int) -> Course:
    """A success with so many pictures instead of one."""
    return replace(Course(), output=["https://replicate.delivery/xezq/a.png"] * count)
