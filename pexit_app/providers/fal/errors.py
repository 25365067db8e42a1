"""fal's answers that are not what we asked for, as errors of ours."""

import json
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from fal_client import FalClientHTTPError

from pexit_app.core import log
from pexit_app.core.clock import now
from pexit_app.core.ports import AnswerLost, Busy, Failure, NotTaken
from pexit_app.providers import log_lines
from pexit_app.providers.fal import messages
from pexit_app.providers.fal.messages import Trouble
from pexit_app.providers.fal.once import Refused

OUR_ACCOUNT = (401, 402, 403)  # a bad key, an exhausted balance ("User is locked."), a model we may not use
LONGEST_RETRY_S = 3600.0

logger = log.get("fal")


def of_refusal(refused: Refused) -> NotTaken | AnswerLost:
    """A submit that was answered with something else than 2xx.

    4xx and 503 are said before anything is queued; any other answer may come from a gateway behind which the order was
    taken."""
    status, body = refused.status, _json(refused.content)
    if status in OUR_ACCOUNT:
        logger.error("fal_refuses_us", status=status, reason=_reason(body))
        return NotTaken(messages.AWAY, is_outage=True)
    if status == 429:
        return Busy(messages.BUSY, retry_after_s=retry_after_s(refused.headers))
    if status == 503:
        return NotTaken(messages.AWAY, is_outage=True, retry_after_s=retry_after_s(refused.headers))
    if 400 <= status < 500:
        logger.warning("fal_refuses_order", status=status, reason=_reason(body))
        detail = body.get("detail")
        return NotTaken(messages.of_errors(detail).sentence if isinstance(detail, list) else messages.NOT_ACCEPTED)
    return AnswerLost(f"HTTP {status}")


def of_result(error: FalClientHTTPError) -> Trouble | None:
    """A finished order whose result is an error, which comes with the HTTP status of the failure. None where it seems
    to be the way to fal that failed, and the result is worth another look."""
    status, body = error.status_code, _json(error.response.content)
    detail = body.get("detail")
    if isinstance(detail, list) and detail:
        return messages.of_errors(detail)
    if error.error_type:
        return messages.of_type(error.error_type)
    if status in (404, 410):
        return Trouble(Failure.SYSTEM, messages.EXPIRED)
    if status in (400, 413, 422):
        return Trouble(Failure.INVALID, messages.INVALID)
    return None


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by a Retry-After of either form, at most an hour; None without one that can be read."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_RETRY_S)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - now()).total_seconds(), 0.0), LONGEST_RETRY_S)


def _json(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def reason_of(error: FalClientHTTPError) -> str:
    """For the operator."""
    return _reason(_json(error.response.content)) or str(error.error_type or "")


def _reason(body: Mapping[str, Any]) -> str:
    """What fal says is wrong, without the order's own words and links, which a list of errors repeats."""
    detail = body.get("detail", "")
    if isinstance(detail, list):
        told = [each for each in detail if isinstance(each, Mapping)]
        detail = "; ".join(f"{each.get('type', '')} {each.get('loc', '')}" for each in told)
    return log_lines.shown(str(detail))
