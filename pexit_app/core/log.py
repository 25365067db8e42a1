"""JSON lines on stdout. `request_id` and `job_id` are bound once and stand on every line below them."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

_SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_LAST: list[structlog.types.Processor] = [
    # Without local variables: codes, tokens and cookies stand in them.
    structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    structlog.processors.JSONRenderer(),
]


def configure() -> None:
    """Ours and the libraries' loggers, in one format."""
    structlog.configure(
        processors=[*_SHARED, *_LAST],
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_SHARED, processors=[remove, *_LAST]))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def get(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(source=name)
    return logger


@contextmanager
def bound(**context: str) -> Iterator[None]:
    """`with log.bound(job_id=...)`: every line inside carries it."""
    with structlog.contextvars.bound_contextvars(**context):
        yield
