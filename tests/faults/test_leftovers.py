"""An account that has trained at a GPU service goes: nothing of it is left on the disk, in the database, in the log, or at
the service, but for what the service itself deletes within a day."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

import pexit_app.bootstrap  # noqa: F401  (registers what every slice keeps)
from pexit_app.core import clock, db, erasing, objects
from pexit_app.core.clock import now
from pexit_app.core.models import Receipt
from pexit_app.core.ports import Kind
from pexit_app.features.identity import service as identity
from pexit_app.features.people import learning
from pexit_app.features.privacy import deletion
from pexit_app.features.privacy.models import Deletion
from pexit_app.features.routing import service as routing
from pexit_app.features.routing import withdrawals
from pexit_app.features.routing.table import RouteRow
from tests.faults.conftest import Bench
from tests.faults.test_matrix import DUST, MODELS, PRICE
from tests.features.people.support import fresh, new_user, order_training, person_with_photos

A_DAY_S = 24 * 3600
NAME = "Ottilie Fotheringham"


@pytest.mark.parametrize("provider", ["replicate", "fal"])
async def test_nothing_of_a_trained_face_is_left(
    connection: AsyncConnection, session: AsyncSession, bench: Bench, provider: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.open(provider)
    row = RouteRow(provider, MODELS[provider][Kind.TRAIN], "", "", PRICE, 300, 1)
    await routing.set_route(session, Kind.TRAIN, row)
    me = await new_user(session, DUST)
    email = (await identity.me(session, me)).email
    await session.commit()
    person, photos = await person_with_photos(me, name=NAME)
    likeness = await order_training(me, person.id)
    await learning.learn(likeness.id)
    handle = (await fresh(likeness)).weights_handle
    assert (await fresh(likeness)).weights_home == provider and list(bench.store.folder.rglob("*.safetensors"))

    async with db.transaction() as own:
        own.add(Deletion(user_id=me.user_id, due_at=now()))
    await deletion.erase(me.user_id)
    await withdrawals.delete_withdrawn()
    await erasing.sign_what_is_gone()
    with clock.moved(minutes=11):
        await objects.discard_objects()

    assert [path for path in bench.store.folder.rglob("*") if path.is_file()] == []
    words = [NAME, str(email), *([handle] if handle else [])]
    numbers = [str(likeness.id), str(photos[0].id)]
    for table in SQLModel.metadata.sorted_tables:
        query = text(f'SELECT row_to_json(t)::text FROM "{table.name}" t')
        lines = "\n".join((await connection.execute(query)).scalars())
        is_told = table.name in ("receipt", "transfer", "hold")  # by number, which is nobody's any more
        found = [each for each in (*words, *(() if is_told else numbers)) if each in lines]
        assert not found, f"{table.name} still has {found}"
    said = "".join(capsys.readouterr())
    assert NAME not in said and str(email) not in said

    if provider == "replicate":
        server = bench.wire.replicate.server
        assert server.files == {} and server.models.get("pexit/likenesses", []) == []
    else:
        kept = [each.keep_s for each in bench.wire.fal.server.uploads.values()]
        kept += [order.keep_s for order in bench.wire.fal.server.orders.values()]
        assert kept and all(each is not None and each <= A_DAY_S for each in kept)
    [receipt] = (await session.exec(select(Receipt).where(Receipt.user_id == me.user_id))).all()
    told = [each for each in receipt.document["receipt"]["erased"] if each["kind"] == "provider_copy"]
    assert told and all("note" in each for each in told)
