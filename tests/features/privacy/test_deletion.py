"""An account goes whole or not at all, when its time is over and not before, whoever dies in the middle; nothing of it is
left anywhere, nothing of anybody else's is touched, and the receipt lists all of it."""

import hashlib
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, col, select, update

from pexit_app.core import clock, db, deps, erasing, objects, receipts
from pexit_app.core.errors import NotFound
from pexit_app.core.models import Discarded, Erasure, Receipt
from pexit_app.core.ports import ProviderError
from pexit_app.features.identity import service as identity
from pexit_app.features.identity.models import User
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people.models import Likeness
from pexit_app.features.privacy import deletion
from pexit_app.features.privacy.errors import AlreadyAsked
from pexit_app.features.routing import withdrawals
from pexit_app.features.routing.models import Withdrawn
from pexit_app.features.shoots import hiding  # noqa: F401
from pexit_app.features.wallet import audit
from tests.features.people.support import Killed

NUMBERS_ONLY = {"account", "transfer", "entry", "hold", "erasure", "receipt"}


async def ask(me) -> None:
    async with db.transaction() as session:
        await deletion.ask(session, me)


async def run_all() -> None:
    """What the sweeps of a living process do, all being due."""
    await deletion.erase_all_due()
    await withdrawals.delete_withdrawn()
    await objects.discard_objects()
    await erasing.sign_what_is_gone()
    await deletion.tell_erased()
    with clock.moved(minutes=11):  # the note of what was to be deleted goes last
        await objects.discard_objects()


async def rows(connection, but=()) -> dict[str, str]:
    found = {}
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in but:
            lines = (await connection.execute(text(f'SELECT row_to_json(t)::text FROM "{table.name}" t'))).scalars()
            found[table.name] = "\n".join(lines)
    return found


async def leftovers(connection, world, user) -> list[str]:
    """Where anything of them can still be read: any text they wrote, any address, any name; and any number of theirs, but
    for the account's own in the ledger and on receipts."""
    words = [world.mark, user.email, user.fairyname, world.words["slug"]]
    numbers = [each for name, each in world.ids.items() if name != "user"]
    found = []
    for name, lines in (await rows(connection)).items():
        found += [f"{name}: {each}" for each in words if each in lines]
        if name not in NUMBERS_ONLY:
            found += [f"{name}: {each}" for each in [*numbers, world.ids["user"]] if each in lines]
    store = deps.get().store
    found += [key for key in store.objects for each in [*numbers, world.words["slug"]] if each in key]
    found += [key for key, content in store.objects.items() for each in words if each.encode() in content]
    return found


@pytest.fixture
async def person(session, ann):
    """Ann, as her row told of her."""
    user = (await session.exec(select(User).where(User.id == ann.actor.user_id))).one()
    return SimpleNamespace(email=user.email, fairyname=user.fairyname)


async def test_it_waits_for_seven_days_and_may_be_taken_back(session, ann, letters, person):
    await ask(ann.actor)
    with pytest.raises(AlreadyAsked):
        await ask(ann.actor)
    await deletion.tell_asked(ann.actor)
    assert [each[:2] for each in letters.notices] == [(person.email, "Your account is to be deleted")]
    with clock.moved(days=6, hours=23):
        await run_all()
    assert (await identity.find_by_id(session, ann.actor.session_id)) is not None
    async with db.transaction() as own:
        await deletion.take_back(own, ann.actor)
    with clock.moved(days=8):
        await run_all()
    async with db.transaction() as own:
        assert await own.get(User, ann.actor.user_id) is not None
        with pytest.raises(NotFound):
            await deletion.take_back(own, ann.actor)


async def test_nothing_is_left_and_all_of_it_is_on_the_receipt(connection, session, ann, bo, letters, person, capsys):
    store = deps.get().store
    before = dict(store.objects)
    theirs = {key for key in before if any(each in key for each in ann.ids.values()) or ann.words["slug"] in key}
    other = await rows(connection, but=("event",))
    await ask(ann.actor)
    with clock.moved(days=7, minutes=1):
        await run_all()
    session.expire_all()
    assert await leftovers(connection, ann, person) == []
    assert theirs and not theirs & set(store.objects)
    assert {key for key in before if key not in store.objects} >= theirs
    assert all(each.split("/")[1] not in bo.ids.values() for each in before.keys() - store.objects.keys())

    # The receipt came by letter, lists what was there by number and hash, and can be verified.
    address, subject, words = letters.notices[-1]
    assert (address, subject) == (person.email, "Your account was deleted")
    receipt = (await session.exec(select(Receipt).where(Receipt.user_id == ann.actor.user_id))).one()
    body = receipts.verified(json.loads(json.dumps(receipt.document)), [receipts.public_key()])
    told = {(each["kind"], each["id"]): each for each in body["erased"]}
    gone = [before[key] for key in before.keys() - store.objects.keys()]
    hashes = {each["sha256"] for each in told.values() if each["kind"] == "object"}
    assert {hashlib.sha256(content).hexdigest() for content in gone} == hashes
    assert ("object", f"photos/{ann.ids['photo']}/photo.jpg") in told
    for name, kind in (("person", "person"), ("photo", "photo"), ("frame", "frame"), ("draft", "pack_draft")):
        assert len(told[kind, ann.ids[name]]["sha256"]) == 64, name
    assert ("user", ann.ids["user"]) in told and ("recipe", ann.ids["recipe"]) in told
    assert person.email not in json.dumps(body) and ann.mark not in json.dumps(body)
    secret = words.rpartition("/")[2]
    assert receipt.token_hash == hashlib.sha256(secret.encode()).hexdigest()

    # The ledger adds up, and nothing of anybody else was touched.
    assert await audit.reconcile(session) == [] and await jobs.reconcile_holds(session) == []
    after = await rows(connection, but=("event",))
    for name in ("person", "photo", "likeness", "frame", "recipe", "pack_draft", "user", "consent", "api_key"):
        kept = {line for line in other[name].splitlines() if bo.ids["user"] in line}
        assert kept and kept <= set(after[name].splitlines()), name
    logged = capsys.readouterr()
    assert not any(each in logged.out + logged.err for each in (ann.mark, person.email, person.fairyname))


async def test_whoever_dies_in_the_middle_leaves_the_rest_to_the_next(
    connection, session, ann, letters, person, monkeypatch
):
    """Each try gets one transaction further than the one before, and then is gone, as by kill -9."""
    await ask(ann.actor)
    before = {key for key in deps.get().store.objects if any(each in key for each in ann.ids.values())}
    opened, tries = db.transaction, 0
    budget = 0

    @asynccontextmanager
    async def mortal():
        nonlocal budget
        if budget == 0:
            raise Killed
        budget -= 1
        async with opened() as own:
            yield own
            if budget == 0:
                raise Killed  # before the commit

    monkeypatch.setattr(db, "transaction", mortal)
    with clock.moved(days=7, minutes=1):
        while True:
            tries += 1
            budget = tries
            try:
                await run_all()
                break
            except Killed:
                session.expire_all()
            assert tries < 200
    monkeypatch.setattr(db, "transaction", opened)
    assert tries > 10
    session.expire_all()
    assert await leftovers(connection, ann, person) == []
    receipt = (await session.exec(select(Receipt).where(Receipt.user_id == ann.actor.user_id))).one()
    told = {each["id"] for each in receipt.document["receipt"]["erased"] if each["kind"] == "object"}
    assert before and before <= told
    assert {each[1] for each in letters.notices} == {"Your account was deleted"}
    assert (await session.exec(select(Erasure.sealed_address))).all() == [""]


async def test_a_slice_that_cannot_erase_keeps_everything(connection, session, ann, monkeypatch):
    async def broken(*_: object) -> None:
        raise RuntimeError("no")

    await ask(ann.actor)
    *others, last = deletion.personal.keepers()
    keepers = [*others, replace(last, erase=broken)]
    monkeypatch.setattr(deletion.personal, "keepers", lambda: keepers)
    before = await rows(connection, but=("user_session", "event", "job", "security_event"))
    with clock.moved(days=8):
        await deletion.erase_all_due()
    after = await rows(connection, but=("user_session", "event", "job", "security_event"))
    changed = {name for name in before if before[name] != after[name]}
    # Work was stopped, and its dust is back; nothing was erased.
    assert changed <= {"frame", "likeness", "transfer", "entry", "hold", "account"}
    assert (await session.exec(select(Discarded.prefix).where(col(Discarded.erasure_id).is_not(None)))).all() == []


async def test_the_receipt_waits_for_what_a_provider_keeps(session, ann, letters, person):
    """Nobody is told that all is gone before it is."""
    kept = {"weights_home": "replicate", "weights_handle": "ours/likenesses:v1"}
    await session.exec(update(Likeness).where(col(Likeness.id) == ann.ids["likeness"]).values(**kept))
    await session.commit()
    trainer = deps.get().trainer
    deleted: list[str] = []

    async def away(handle: str) -> None:
        raise ProviderError("away")

    async def delete_model(handle: str) -> None:
        deleted.append(handle)

    trainer.delete_model = away
    object.__setattr__(deps.get(), "gpu_trainers", {"replicate": trainer})
    await ask(ann.actor)
    with clock.moved(days=8):
        await run_all()
        assert (await session.exec(select(Withdrawn.handle))).all() == ["ours/likenesses:v1"]
        erasures = select(Receipt).where(Receipt.kind == "erasure")
        assert (await session.exec(erasures)).all() == [] and "was deleted" not in str(letters.notices)
        trainer.delete_model = delete_model
        await run_all()
    assert deleted == ["ours/likenesses:v1"]
    session.expire_all()
    assert (await session.exec(erasures)).one().user_id == ann.actor.user_id


async def test_packs_that_others_shot_with_stay_with_them_without_a_name(session, ann, bo, letters):
    from pexit_app.features.packs import service as packs
    from pexit_app.features.shoots import service as shoots

    async with db.transaction() as own:
        shoot = await shoots.open_shoot(own, bo.actor, ann.words["slug"])
        version_id = shoot.pack_version_id
    await ask(ann.actor)
    with clock.moved(days=8):
        await run_all()
    session.expire_all()
    version = await packs.version_of(session, version_id)
    assert version.definition["creator"] == "A creator who left" and version.pictures == []
    with pytest.raises(NotFound):
        await packs.find_pack(session, ann.words["slug"])
    assert not [key for key in deps.get().store.objects if ann.words["slug"] in key]
