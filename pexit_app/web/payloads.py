"""What a page may say to a live handler: Reflex itself lets anybody call any public method of a State with anything.

EventGuard is a Reflex middleware. It refuses handlers that nobody declared a policy for (identity/state.py's `event` does),
and arguments that do not fit the handler's type hints, which bound whatever can be long. `check_handlers` finds what is
undeclared or unbounded when the app is composed, so that it never starts.
"""

import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import reflex as rx
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY

from pexit_app.core import log, policy

MAX_FIELDS = 40  # of a form
logger = log.get("events")


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL cannot be stored")
    return text


def _fields(form: Any) -> Any:
    """As the browser sends it: {"__reflex_form_data__": [[name, value], ...]}."""
    entries = form.get(FORM_DATA_ENTRIES_KEY) if isinstance(form, dict) and len(form) == 1 else None
    if entries is None:
        return form
    if not isinstance(entries, list) or len(entries) > MAX_FIELDS:
        raise ValueError("too many fields")
    if not all(isinstance(each, list) and len(each) == 2 and isinstance(each[0], str) for each in entries):
        raise ValueError("fields are pairs")
    return dict(entries)


_KEPT = AfterValidator(_storable)
# For the hints of handlers. A text without a bound is refused when the app is composed.
Id = Annotated[str, Field(max_length=40), _KEPT]  # a UUID or nothing
Word = Annotated[str, Field(max_length=80), _KEPT]  # a slug, a scene, a knob, a choice
Value = Annotated[str, Field(max_length=400), _KEPT]  # of a knob, as JSON
Settings = Annotated[str, Field(max_length=20_000), _KEPT]  # of a bench, as JSON
_Field = Annotated[str, Field(max_length=5_000), _KEPT] | bool | None
Form = Annotated[dict[Word, _Field], Field(max_length=MAX_FIELDS), BeforeValidator(_fields)]


class EventGuard(Middleware):
    """Drops what is refused, with a line in the log. `package`: whose handlers are ours."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.shapes: dict[str, type[BaseModel] | None] = {}

    def shape_of(self, name: str) -> type[BaseModel] | None:
        """None: nobody may call it."""
        if name not in self.shapes:
            self.shapes[name] = FRAMEWORK.get(name) or _shape_of_ours(name, self.package)
        return self.shapes[name]

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        model = self.shape_of(event.name)
        if model is None:
            logger.warning("refused event", handler=event.name)
            return StateUpdate()  # handled: the handler is not called
        try:
            model.model_validate(event.payload)
        except ValidationError as error:
            logger.warning("refused event", handler=event.name, bad_arguments=error.error_count())
            return StateUpdate()
        return None


def _shape_of_ours(name: str, package: str) -> type[BaseModel] | None:
    fn = RegistrationContext.get().event_handlers[name].handler.fn
    is_ours = fn.__module__.split(".")[0] == package
    return shape(fn) if is_ours and policy.find(fn) is not None else None


def handlers(package: str) -> Mapping[str, Callable[..., Any]]:
    """The functions behind all public methods of our States, by the name they are called by."""
    known = RegistrationContext.get().event_handlers
    found = {name: each.handler.fn for name, each in known.items()}
    return {name: fn for name, fn in found.items() if fn.__module__.split(".")[0] == package}


def check_handlers(package: str) -> None:
    """Raises TypeError for a handler without a policy, or with an argument that could be anything."""
    for fn in handlers(package).values():
        policy.of(fn)
        shape(fn)


def shape(fn: Callable[..., object]) -> type[BaseModel]:
    """The strict model of a handler's arguments (no "5" for 5, nothing extra)."""
    hints = typing.get_type_hints(fn, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(fn).parameters.items())[1:]:
        if name not in hints:
            raise TypeError(f"{fn.__qualname__}: annotate {name}, or anybody may send anything")
        if not _is_bounded(hints[name]):
            raise TypeError(f"{fn.__qualname__}: bound {name}, such as by Id or Word of web/payloads.py")
        fields[name] = (hints[name], ... if parameter.default is parameter.empty else parameter.default)
    return create_model(fn.__qualname__, __config__=ConfigDict(strict=True, extra="forbid"), **fields)


def _is_bounded(hint: Any) -> bool:
    """Whether everything that fits is small."""
    if hint in (bool, int, float, None, type(None)) or typing.get_origin(hint) is Literal:
        return True
    if typing.get_origin(hint) is Annotated:
        kind, *notes = typing.get_args(hint)
        inner = [each for each in typing.get_args(kind) if each is not ...]
        has_bound = any(getattr(each, "max_length", None) for each in _constraints(notes))
        return has_bound and all(_is_bounded(each) for each in inner)
    return typing.get_origin(hint) in _UNIONS and all(_is_bounded(each) for each in typing.get_args(hint))


def _constraints(notes: list[Any]) -> list[Any]:
    return [inner for each in notes for inner in (each, *getattr(each, "metadata", ()))]


_UNIONS = (typing.Union, type(int | str))


def _framework(name: str, **fields: Any) -> type[BaseModel]:
    return create_model(name, __config__=ConfigDict(strict=True, extra="forbid"), **fields)


# Of the framework's own handlers only what its browser part sends, and what follows from that. Nothing here keeps values in
# the browser's storage, so none are taken from there.
_ROOT = "reflex___state____state"
_LOADING = f"{_ROOT}.reflex___state____on_load_internal_state"
_Hashes = Annotated[list[Annotated[str, Field(max_length=128)]], Field(max_length=200)]
FRAMEWORK = {
    f"{_ROOT}.hydrate_and_load": _framework("hydrate_and_load", hashes=(_Hashes | None, None)),
    f"{_LOADING}.on_load_internal": _framework("on_load_internal"),
    f"{_LOADING}.set_is_hydrated": _framework("set_is_hydrated", value=(bool, ...)),
}
