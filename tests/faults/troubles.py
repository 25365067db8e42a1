"""What can go wrong at a GPU service and how it then must end, as data. test_matrix.py makes each of it happen at each
service, with a training and with a picture; docs/providers.md shows the same table (page.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tests.servers.faults import Fault

State = Literal["done", "failed: system", "failed: timeout", "failed: validation", "canceled"]
Result = Literal["", "missing", "two", "error", "moderated"]
JSON = {"content-type": "application/json"}

AWAY = "The GPU service is not available just now."
BUSY = "The GPU service has too much to do just now. Try again in a minute."
SILENT = "Nothing was heard of it for too long."
EXPIRED = "The result had expired before it could be fetched."
LATE = "The result did not arrive in time."
NO_RESULT = "The GPU service said it was done, but sent no result."
BROKE = "The GPU service broke off its work."
WITHHELD = "The safety check of the GPU service kept this back. It costs nothing; try other words or photos."


@dataclass(frozen=True)
class End:
    """How it ends for the user, and for the services: `posts` is how often an order was sent to the one asked first, at
    most, `taken` how many it took."""

    state: State
    says: str = ""
    posts: int = 1
    taken: int = 1


DONE = End("done")
ELSEWHERE = End("done", taken=0)  # the backup makes it


@dataclass(frozen=True)
class Trouble:
    """`faults` hit the wire of the service that is asked first; `result` is what its work comes to; `is_deaf`: it works on
    when it is told to stop. `end` is how it ends without a backup, by kind of work or service where they differ;
    `backup` how with one, for troubles before the work begins (None: the same, and the backup is never asked)."""

    name: str
    at_the_wire: str
    end: Mapping[str, End]
    faults: tuple[Fault, ...] = ()
    backup: End | None = None
    is_at_submit: bool = False
    dead: Literal["", "refused", "silent"] = ""
    result: Result = ""
    is_stuck: bool = False
    is_stopped: bool = False
    hurries: bool = False  # what never answers is waited for 1 s only
    by_service: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)

    def faults_at(self, provider: str) -> tuple[Fault, ...]:
        return self.by_service.get(provider, self.faults)

    def end_of(self, provider: str, kind: str, *, has_backup: bool) -> End:
        if has_backup and self.backup is not None:
            return self.backup
        keys = (f"{provider} {kind}", provider, kind, "")
        return next(self.end[key] for key in keys if key in self.end)


def _every(end: End) -> Mapping[str, End]:
    return {"": end}


def _status(at: str, status: int, *, times: int | None = 1, is_taken: bool = False, **headers: str) -> Fault:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    body = b'{"detail": "upstream said no", "title": "upstream said no", "status": %d}' % status
    return Fault(at, "status", status, JSON | said, body, times=times, is_taken=is_taken)


NOT_REACHED = End("failed: system", AWAY, posts=0, taken=0)
LOST = End("failed: timeout", SILENT)
UNTAKEN = replace(LOST, taken=0)
FOUND = {"fal": LOST, "replicate": DONE}  # one of the services lists what it took
FULL = _status("submit", 429, times=None)

TROUBLES = (
    Trouble(
        "refused",
        "nothing listens at its address",
        _every(NOT_REACHED),
        dead="refused",
        is_at_submit=True,
        backup=replace(ELSEWHERE, posts=0),
    ),
    Trouble(
        "connect time-out",
        "its address swallows every call",
        _every(NOT_REACHED),
        dead="silent",
        is_at_submit=True,
        hurries=True,
        backup=replace(ELSEWHERE, posts=0),
    ),
    Trouble(
        "read time-out",
        "the order is sent, no answer comes, and it was not taken",
        _every(UNTAKEN),
        (Fault("submit", "read_timeout"),),
        is_at_submit=True,
        hurries=True,
    ),
    Trouble(
        "429",
        "too many orders, once",
        _every(replace(DONE, posts=2)),
        (_status("submit", 429),),
        is_at_submit=True,
        backup=ELSEWHERE,
    ),
    Trouble(
        "429 with Retry-After",
        "too many orders, once, and when to come back",
        _every(replace(DONE, posts=2)),
        (_status("submit", 429, retry_after="1"),),
        is_at_submit=True,
        backup=ELSEWHERE,
    ),
    Trouble(
        "429 for ever",
        "too many orders, whenever it is asked",
        _every(End("failed: system", BUSY, posts=2, taken=0)),
        (FULL,),
        is_at_submit=True,
        backup=ELSEWHERE,
    ),
    Trouble(
        "503",
        "out of service",
        _every(End("failed: system", AWAY, posts=2, taken=0)),
        (_status("submit", 503, times=None),),
        is_at_submit=True,
        backup=ELSEWHERE,
    ),
    Trouble(
        "500",
        "an error instead of an answer; it was not taken",
        _every(UNTAKEN),
        (_status("submit", 500),),
        is_at_submit=True,
    ),
    Trouble(
        "502 after accept",
        "the order is taken, and a gateway's error comes back",
        FOUND,
        (_status("submit", 502, is_taken=True),),
        is_at_submit=True,
    ),
    Trouble(
        "truncated JSON",
        "the order is taken, and half an answer comes back",
        FOUND,
        (Fault("submit", "truncated_json", is_taken=True),),
        is_at_submit=True,
    ),
    Trouble(
        "invalid JSON",
        "the order is taken, and something else than JSON comes back",
        FOUND,
        (Fault("submit", "invalid_json", is_taken=True),),
        is_at_submit=True,
    ),
    Trouble(
        "broken answers while it works",
        "asked how far it is: 500, half an answer, no JSON, a reset",
        _every(DONE),
        (
            _status("status", 500),
            Fault("status", "truncated_json"),
            Fault("status", "invalid_json"),
            Fault("status", "reset"),
        ),
    ),
    Trouble(
        "missing file",
        "the result names a file that is not there",
        _every(End("failed: system", EXPIRED)),
        result="missing",
    ),
    Trouble(
        "slow file",
        "the file comes byte by byte",
        _every(End("failed: system", LATE)),
        (Fault("file", "slow", times=None),),
        hurries=True,
    ),
    Trouble("stuck in queue", "it never begins", _every(LOST), is_stuck=True),
    Trouble(
        "success with an error body",
        "it says it is done, and the result is an error",
        {"": End("failed: system", NO_RESULT), "replicate": End("failed: system", BROKE)},
        result="error",
    ),
    Trouble(
        "moderation block",
        "its safety check keeps the work back",
        _every(End("failed: validation", WITHHELD)),
        result="moderated",
    ),
    Trouble(
        "wrong count",
        "two pictures, or two models in the archive",
        {
            "fal generate": End("failed: system", "One picture was ordered, but the GPU service sent 2."),
            "replicate generate": End("failed: system", "The GPU service sent 2 pictures instead of one."),
            "train": End(
                "failed: system",
                "The trained model cannot be used: its archive does not hold exactly one safetensors file.",
            ),
        },
        result="two",
    ),
    Trouble(
        "expired link",
        "the file's address has expired",
        _every(End("failed: system", EXPIRED)),
        (Fault("file", "expired", times=None),),
    ),
    Trouble(
        "late success after cancel",
        "the user stops it, and it is made all the same",
        _every(End("canceled")),
        is_stuck=True,
        is_stopped=True,
    ),
    Trouble(
        "vendor credit exhausted",
        "our account has no credit left (402, 403)",
        _every(End("failed: system", AWAY, posts=2, taken=0)),
        is_at_submit=True,
        backup=ELSEWHERE,
        by_service={
            "fal": (
                Fault(
                    "submit",
                    "status",
                    403,
                    JSON,
                    b'{"detail": "User is locked. Reason: Exhausted balance. Top up at fal.ai/dashboard/billing."}',
                    times=None,
                ),
            ),
            "replicate": (_status("submit", 402, times=None),),
        },
    ),
)
