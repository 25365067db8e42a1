"""What every way of sending promises, as one suite; and what is particular of each."""

import asyncio
import ssl
from dataclasses import replace

import pytest
import trustme

from pexit_app.core import settings
from pexit_app.core.settings import Settings
from pexit_app.providers import letters, senders
from pexit_app.providers.post_office import PostOffice
from pexit_app.providers.resend import Resend
from pexit_app.providers.smtp import Server, Smtp
from pexit_app.providers.twilio import Twilio
from tests.servers import post as servers
from tests.servers.base import unused_address

FROM = "Pexit <hello@pexit.example>"
WHO = {"resend": "ann@example.com", "smtp": "ann@example.com", "twilio": "+46701234567"}
LINK = "https://pexit.example/login/link?token=abc&x=1"


def office_of(kind: str, address: str, pauses_s=(0.0, 0.0)) -> PostOffice:
    mail = Resend(servers.KEY, FROM, address) if kind == "resend" else None
    if kind == "smtp":
        mail = Smtp(Server.of(f"smtp://{address.removeprefix('http://')}?tls=off"), FROM)
    sms = Twilio(servers.ACCOUNT, servers.AUTH, "+4670000000", address) if kind == "twilio" else None
    return PostOffice(mail, sms, "pexit.example", pauses_s)


@pytest.fixture(params=["resend", "smtp", "twilio"])
def kind(request) -> str:
    return request.param


@pytest.fixture
def post(kind):
    with getattr(servers, kind)() as made:
        yield made


@pytest.fixture
async def office(kind, post):
    made = office_of(kind, post.address)
    yield made
    post.gate.set()
    await made.close()
    await (made.mail or made.sms).close()


async def test_a_code_a_link_and_a_notice_arrive(kind, office, post):
    to = WHO[kind]
    assert office.where(to) == ""
    await office.send_code(to, "123456", LINK)
    await office.send_code(to, "", LINK)
    await office.send_notice(to, "A new sign-in", "Firefox on Linux <b>&amp;</b> “å”.")
    await office.close()
    assert {each for each, _, _ in post.letters} == {to}
    texts = [text for _, text, _ in post.letters]
    assert sum("123456" in text for text in texts) == 1
    assert sum(LINK in text for text in texts) == (1 if kind == "twilio" else 2)
    assert any("<b>&amp;</b> “å”" in text for text in texts)


async def test_nobody_waits_for_it(kind, office, post):
    post.gate.clear()
    await asyncio.wait_for(office.send_code(WHO[kind], "123456"), 5)
    assert post.letters == []
    post.gate.set()
    await office.close()
    assert len(post.letters) == 1


async def test_what_fails_in_passing_is_tried_again_under_the_same_key(kind, office, post):
    post.refusals = [servers.PASSING[kind]] * 2
    await office.send_code(WHO[kind], "123456")
    await office.close()
    assert len(post.letters) == 1
    assert len(post.asked) == 3
    assert len(set(post.asked)) == 1


async def test_what_is_refused_for_good_is_not_tried_again(kind, office, post, capsys):
    post.refusals = [servers.PERMANENT[kind]]
    await office.send_code(WHO[kind], "123456")
    await office.close()
    assert (post.letters, len(post.asked)) == ([], 1)
    said = capsys.readouterr().out
    assert str(servers.PERMANENT[kind]) in said
    assert WHO[kind] not in said
    assert "123456" not in said


async def test_a_server_that_is_away_is_given_up_in_the_end(kind):
    office = office_of(kind, unused_address())
    await office.send_code(WHO[kind], "123456")
    await office.close()
    await (office.mail or office.sms).close()
    assert not office._tasks


async def test_a_flood_is_cut_off(office, kind, post, monkeypatch):
    monkeypatch.setattr("pexit_app.providers.post_office.AT_MOST", 3)
    post.gate.clear()
    for _ in range(9):
        await office.send_code(WHO[kind], "123456")
    post.gate.set()
    await office.close()
    assert len(post.letters) == 3


async def test_without_a_carrier_the_console_shows_it(capsys):
    office = PostOffice(None, None, "localhost")
    await office.send_code("ann@example.com", "123456", LINK)
    said = capsys.readouterr().out
    assert "[DEV] auth code created — use this code to log in code=123456\n" in said
    assert "terminal" in office.where("ann@example.com")
    assert office.sent == [("ann@example.com", f"123456 {LINK}")]


def test_mail_and_sms_are_told_apart_by_the_address():
    office = office_of("resend", "http://127.0.0.1:1")
    assert office.where("ann@example.com") == ""
    assert "SMS" in office.where("+46701234567")


def authority(tmp_path) -> tuple[trustme.CA, ssl.SSLContext, ssl.SSLContext]:
    ca = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    ca.configure_trust(client)
    return ca, server, client


async def test_smtp_encrypts_signs_in_and_demands_a_certificate_it_knows(tmp_path):
    _, theirs, ours = authority(tmp_path)
    with servers.smtp("me", "p@ss", tls_context=theirs, require_starttls=True) as post:
        server = Server.of(f"smtp://me:p%40ss@{post.address}")
        for context, server_now, is_taken in [
            (ours, server, True),
            (None, server, False),
            (ours, replace(server, password="wrong"), False),
            (ours, replace(server, encryption="off"), False),
        ]:
            post.letters.clear()
            office = PostOffice(Smtp(server_now, FROM, context), None, "localhost", ())
            await office.send_code("ann@example.com", "123456")
            await office.close()
            assert len(post.letters) == is_taken


async def test_smtp_refuses_to_go_on_in_the_open():
    with servers.smtp() as post:  # which offers no STARTTLS
        office = PostOffice(Smtp(Server.of(f"smtp://{post.address}"), FROM), None, "localhost", ())
        await office.send_code("ann@example.com", "123456")
        await office.close()
        assert post.letters == []


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("smtps://u:p@mail.example", ("mail.example", 465, "u", "p", "tls")),
        ("smtp://mail.example", ("mail.example", 587, "", "", "starttls")),
        ("smtp://localhost:2525?tls=off", ("localhost", 2525, "", "", "off")),
    ],
)
def test_addresses_of_mail_servers(url, wanted):
    server = Server.of(url)
    assert (server.host, server.port, server.user, server.password, server.encryption) == wanted


def test_a_message_to_a_phone_ends_with_its_bound_code():
    text = letters.code_message("123456", LINK, "sign in to Pexit", "pexit.example")
    assert text.endswith("\n\n@pexit.example #123456")
    assert len(text) <= 160


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"resend_api_key": "re_x"}, "PEXIT_MAIL_FROM"),
        ({"smtp_url": "mail.example"}, "smtp://"),
        ({"smtp_url": "smtp://mail.example:99999", "mail_from": FROM}, "smtp://"),
        ({"twilio_account_sid": "AC1"}, "all three"),
    ],
)
def test_half_settings_are_refused(given, problem, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings.load.cache_clear()
    for name, value in given.items():
        monkeypatch.setenv(f"PEXIT_{name.upper()}", value)
    with pytest.raises(settings.SettingsError, match=problem):
        settings.load()
    settings.load.cache_clear()


def test_carriers_are_chosen_by_settings():
    def config(**given) -> Settings:
        return settings.load().model_copy(update=given)

    from pydantic import SecretStr

    assert senders.mail_of(config()) is None
    assert isinstance(senders.mail_of(config(resend_api_key=SecretStr("x"), mail_from=FROM)), Resend)
    assert isinstance(senders.mail_of(config(smtp_url=SecretStr("smtp://m.example"), mail_from=FROM)), Smtp)
    twilio = {"twilio_account_sid": "AC1", "twilio_auth_token": SecretStr("x"), "twilio_from": "MG1"}
    assert isinstance(senders.sms_of(config(**twilio)), Twilio)
