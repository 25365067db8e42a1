"""One-time codes, sessions, tokens: each limit on both sides, each secret usable once."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from pexit_app.core import clock, hooks
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.identity import fairynames, forms, service, sessions, tokens
from pexit_app.features.identity.errors import SessionEnded
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.identity.models import SignInCode, User, UserSession

ANN = "ann@example.com"


async def sign_in(session, identifier, agent):
    user = await service.user_of(session, identifier)
    row, secret = await sessions.open_session(session, user, agent)
    return user, row, secret


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def pending(session) -> SignInCode:
    return (await session.exec(select(SignInCode).where(SignInCode.identifier == ANN))).one()


async def test_a_code_works_once(session):
    code = await service.request_code(session, ANN)
    assert await service.check_code(session, ANN, code)
    assert not await service.check_code(session, ANN, code)


async def test_a_code_belongs_to_its_identifier(session):
    code = await service.request_code(session, ANN)
    await service.request_code(session, "bo@example.com")
    assert not await service.check_code(session, "bo@example.com", code) or code == "same by chance"
    assert await service.check_code(session, ANN, code)


@pytest.mark.parametrize(("wrong_tries", "is_let_in"), [(4, True), (5, False)])
async def test_five_wrong_tries_use_a_code_up(session, wrong_tries, is_let_in):
    code = await service.request_code(session, ANN)
    for _ in range(wrong_tries):
        assert not await service.check_code(session, ANN, other_than(code))
    assert await service.check_code(session, ANN, code) is is_let_in


@pytest.mark.parametrize(
    ("age", "is_let_in"), [(timedelta(minutes=9, seconds=58), True), (timedelta(minutes=10, seconds=1), False)]
)
async def test_a_code_lives_ten_minutes(session, age, is_let_in):
    code = await service.request_code(session, ANN)
    row = await pending(session)
    row.expires_at -= age
    await session.flush()
    assert await service.check_code(session, ANN, code) is is_let_in


async def test_a_second_request_waits_for_the_pause_and_then_replaces(session):
    first = await service.request_code(session, ANN)
    assert await service.request_code(session, ANN) is None
    row = await pending(session)
    row.sent_at -= service.RESEND_PAUSE + timedelta(seconds=1)
    await session.flush()
    second = await service.request_code(session, ANN)
    session.expire_all()
    assert second is not None
    if first != second:
        assert not await service.check_code(session, ANN, first)
    assert await service.check_code(session, ANN, second)


async def test_a_used_up_code_may_be_replaced_at_once(session):
    code = await service.request_code(session, ANN)
    for _ in range(service.MAX_TRIES):
        await service.check_code(session, ANN, other_than(code))
    await session.flush()
    assert await service.request_code(session, ANN) is not None


async def test_the_first_sign_in_makes_an_account_and_its_wallet_once(session, monkeypatch):
    opened = []

    async def open_wallet(_, user_id):
        opened.append(user_id)

    monkeypatch.setattr(hooks, "_user_created", [open_wallet])
    user, _, _ = await sign_in(session, ANN, "")
    again, _, _ = await sign_in(session, "ANN@example.com ", "")
    assert user.id == again.id
    assert opened == [user.id]
    assert fairynames.ADJECTIVES.count(user.fairyname.split("_")[0]) == 1


async def test_a_session_is_found_by_its_cookie_until_it_ends(session, monkeypatch):
    user, row, secret = await sign_in(session, ANN, "Firefox")
    cookie = f"theme=1; {service.settings.load().cookie_name}={secret}"
    actor = await service.find_by_cookie(session, cookie)
    assert actor.user_id == user.id
    await sessions.end_session(session, actor, row.id)
    await session.flush()
    assert await service.find_by_cookie(session, cookie) is None


async def test_a_session_ends_by_itself(session):
    _, row, _ = await sign_in(session, ANN, "")
    row.expires_at = now() - timedelta(seconds=1)
    await session.flush()
    assert await service.find_by_id(session, row.id) is None


async def test_nobody_ends_another_users_session(session):
    _, ann, _ = await sign_in(session, ANN, "")
    _, bo, _ = await sign_in(session, "bo@example.com", "")
    actor = await service.find_by_id(session, bo.id)
    with pytest.raises(NotFound):
        await sessions.end_session(session, actor, ann.id)


@pytest.mark.parametrize("header", ["", "pexit_dev=", "pexit_dev=nonsense", "a=\x00;;=", "pexit_dev=" + "x" * 5000])
async def test_a_broken_cookie_is_nobody(session, header):
    assert await service.find_by_cookie(session, header) is None


async def test_a_refresh_token_is_spent_once_and_theft_ends_the_session(session):
    _, row, _ = await sign_in(session, ANN, "")
    first = await tokens.issue(session, row)
    second = await tokens.rotate(session, first.refresh_token)
    assert await tokens.rotate(session, first.refresh_token) is None
    await session.flush()
    with pytest.raises(SessionEnded):
        await tokens.rotate(session, second.refresh_token)
    assert await service.find_by_id(session, row.id) is None


async def test_an_access_token_names_its_session_for_15_minutes(session):
    _, row, _ = await sign_in(session, ANN, "")
    token = tokens.access_token(row)
    assert tokens.session_id_of(token) == row.id
    with clock.moved(minutes=15, seconds=1):
        assert tokens.session_id_of(token) is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzaWQiOiJ4In0."])
def test_a_forged_token_is_nobody(token):
    assert tokens.session_id_of(token) is None


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [(" Ann@Example.COM ", ANN), ("+46 70-123 45 67", "+46701234567"), ("a@localhost", "a@localhost")],
)
def test_identifiers_have_one_form(given_text, wanted):
    assert canonical(given_text) == wanted


@pytest.mark.parametrize(
    "bad", ["", "ann", "ann@", "@x.se", "a b@x.se", "0701234567", "+12", "a" * 255 + "@x.se", "a@x..se", "a\n@x.se"]
)
def test_bad_identifiers_name_the_field(bad):
    with pytest.raises(BadInput) as caught:
        canonical(bad)
    assert caught.value.problems[0].field == "identifier"


@given(st.text(max_size=60))
def test_the_next_page_is_always_ours(path):
    safe = forms.safe_next(path)
    assert safe.startswith("/")
    assert not safe.startswith(("//", "/\\"))


def test_users_are_found_by_either_identifier():
    assert User(fairyname="x", email="a@b.se").identifier == "a@b.se"
    assert User(fairyname="x", phone="+4670123456").identifier == "+4670123456"
    assert UserSession.__tablename__ == "user_session"
