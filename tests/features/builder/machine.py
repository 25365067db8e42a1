"""Drafts against a plain model: two tabs that change, undo, redo, travel, keep and restore, each from what it last saw.

One run of the machine is one transaction, rolled back at its end.
"""

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import jsonpatch
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.builder import changes, history, restoring
from pexit_app.features.builder.changes import ChangeAsk
from pexit_app.features.builder.errors import DraftConflict, NothingToRedo, NothingToUndo
from pexit_app.features.builder.models import PackChange, PackMove
from pexit_app.features.builder.patch import is_same
from tests.features.builder.support import draft_of
from tests.features.shoots.support import new_user
from tests.features.wallet.machine import Stage

FIRST = {"title": "A", "tagline": "B", "scenes": [{"id": "a", "title": "1"}, {"id": "b", "title": "2"}], "knobs": []}
TABS = st.sampled_from(["tab-1", "tab-2"])
FIELDS = st.sampled_from(["title", "tagline", "code"])
PICK = st.integers(0, 2**16)


class Tab:
    def __init__(self, revision: int, document: Any) -> None:
        self.revision, self.document = revision, document

    def see(self, revision: int, document: Any) -> None:
        self.revision, self.document = revision, copy.deepcopy(document)


class DraftMachine(RuleBasedStateMachine):
    def __init__(self, on: Stage) -> None:
        super().__init__()
        self.on = on
        self.values = 0
        self.applied: set[str] = set()  # every label that was told to be applied
        self.points: list[tuple[Any, Any]] = []

    @initialize()
    def open(self) -> None:
        self.on.run(self._open())

    async def _open(self) -> None:
        self.connection = await self.on.engine.connect()
        self.outer = await self.connection.begin()
        self.session = AsyncSession(
            bind=self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        self.me = await new_user(self.session)
        self.draft = await draft_of(self.session, self.me, document=copy.deepcopy(FIRST))
        self.tabs = {name: Tab(1, copy.deepcopy(FIRST)) for name in ("tab-1", "tab-2")}
        self.revision, self.document = 1, copy.deepcopy(FIRST)

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.on.run(self.reach_all())
            self.on.run(self._close())

    async def _close(self) -> None:
        await self.session.close()
        await self.outer.rollback()
        await self.connection.close()

    def fresh(self) -> str:
        self.values += 1
        return f"value {self.values}"

    def taken(self, tab: str, answer: Any, label: str = "") -> None:
        """What the service answered is the draft now; the revision grew if anything changed, by one a change."""
        self.on.operations += 1
        assert answer.revision >= self.revision
        assert (answer.revision > self.revision) or is_same(answer.document, self.document)
        self.revision, self.document = answer.revision, copy.deepcopy(answer.document)
        self.tabs[tab].see(answer.revision, answer.document)
        if label:
            self.applied.add(label)

    def refused(self, tab: str, conflict: DraftConflict, fields: int = 0) -> None:
        """It was told what is there now, and what was done since by somebody: then the tab has seen it."""
        told = conflict.details
        assert told["theirs"]
        assert len(told["fields"]) >= fields
        assert told["revision"] == self.revision > self.tabs[tab].revision
        assert is_same(told["document"], self.document)
        self.tabs[tab].see(told["revision"], told["document"])

    def change(self, tab: str, ops: list[dict[str, Any]]) -> bool:
        label, seen = self.fresh(), self.tabs[tab]
        before, base = self.document, seen.document
        try:
            answer = self.on.run(changes.apply(self.session, self.me, self.draft.id, seen.revision, ops, label, tab))
        except DraftConflict as conflict:
            self.refused(tab, conflict, fields=1)
            return False
        self.check_nothing_overwritten(base, before, ops, answer.document)
        self.taken(tab, answer, label if answer.change else "")
        return True

    def check_nothing_overwritten(self, base: Any, before: Any, ops: Any, after: Any) -> None:
        """Words that others changed since are as they made them, those of this tab as it made them: of the pack, and of
        its scenes wherever they are now."""
        mine = jsonpatch.apply_patch(base, ops)
        was, theirs, wanted, now = (
            {scene["id"]: scene["title"] for scene in each["scenes"]} for each in (base, before, mine, after)
        )
        for scene_id in was.keys() & now.keys():
            if theirs[scene_id] != was[scene_id]:
                assert now[scene_id] == theirs[scene_id]
            # One that both took out, and the others brought back, stays.
            if wanted.get(scene_id, was[scene_id]) != was[scene_id]:
                assert now[scene_id] == wanted[scene_id]
        for name in ("title", "tagline", "code"):
            theirs_changed = before.get(name) != base.get(name)
            mine_changed = mine.get(name) != base.get(name)
            if theirs_changed:
                assert after.get(name) == before.get(name)
            if mine_changed:
                assert after.get(name) == mine.get(name)

    @rule(tab=TABS, field=FIELDS)
    def type(self, tab: str, field: str) -> None:
        self.change(tab, [{"op": "add", "path": f"/{field}", "value": self.fresh()}])

    @rule(tab=TABS, pick=PICK)
    def retitle_a_scene(self, tab: str, pick: int) -> None:
        scenes = self.tabs[tab].document["scenes"]
        if scenes:
            path = f"/scenes/{pick % len(scenes)}/title"
            self.change(tab, [{"op": "replace", "path": path, "value": self.fresh()}])

    @rule(tab=TABS, pick=PICK)
    def add_a_scene(self, tab: str, pick: int) -> None:
        count = len(self.tabs[tab].document["scenes"])
        scene = {"id": self.fresh(), "title": "new"}
        self.change(tab, [{"op": "add", "path": f"/scenes/{pick % (count + 1)}", "value": scene}])

    @rule(tab=TABS, pick=PICK, to=PICK)
    def move_or_remove_a_scene(self, tab: str, pick: int, to: int) -> None:
        count = len(self.tabs[tab].document["scenes"])
        if count:
            source, target = f"/scenes/{pick % count}", f"/scenes/{to % count}"
            op = {"op": "remove", "path": source} if to % 3 == 0 else {"op": "move", "from": source, "path": target}
            self.change(tab, [op])

    @rule(tab=TABS, field=FIELDS, other=FIELDS)
    def come_back_from_offline(self, tab: str, field: str, other: str) -> None:
        seen = self.tabs[tab]
        asked = [
            ChangeAsk([{"op": "add", "path": f"/{name}", "value": self.fresh()}], self.fresh())
            for name in (field, other, "note")
        ]
        answer = self.on.run(changes.apply_batch(self.session, self.me, self.draft.id, seen.revision, asked, tab))
        assert answer.revision == self.revision + answer.done
        assert (answer.done < len(asked)) == (answer.stopped is not None)
        assert all(answer.document[each.ops[0]["path"][1:]] for each in asked[: answer.done])
        self.taken(tab, answer)
        self.applied |= {each.label for each in asked[: answer.done]}

    def step(self, tab: str, verb: Callable[..., Any], *more: Any) -> Any:
        """None when it was refused."""
        try:
            answer = self.on.run(verb(self.session, self.me, self.draft.id, self.tabs[tab].revision, *more, tab))
        except DraftConflict as conflict:
            self.refused(tab, conflict)
        except (NothingToUndo, NothingToRedo):
            pass
        else:
            self.taken(tab, answer)
            return answer
        return None

    @rule(tab=TABS, times=st.integers(1, 4))
    def undo_and_redo_is_the_identity(self, tab: str, times: int) -> None:
        before = copy.deepcopy(self.document)
        undone = sum(self.step(tab, changes.undo) is not None for _ in range(times))
        for _ in range(undone):
            assert self.step(tab, changes.redo) is not None
        assert is_same(self.document, before)

    @rule(tab=TABS)
    def undo(self, tab: str) -> None:
        self.step(tab, changes.undo)

    @rule(tab=TABS)
    def redo(self, tab: str) -> None:
        self.step(tab, changes.redo)

    @rule(tab=TABS, pick=PICK)
    def travel(self, tab: str, pick: int) -> None:
        self.step(tab, changes.travel, 1 + pick % (len(self.applied) + 1))

    @rule()
    def keep(self) -> None:
        point = self.on.run(restoring.keep(self.session, self.me, self.draft.id, self.fresh()))
        self.points.append((point.id, copy.deepcopy(self.document)))

    @precondition(lambda self: self.points)
    @rule(tab=TABS, pick=PICK)
    def restore(self, tab: str, pick: int) -> None:
        point_id, kept = self.points[pick % len(self.points)]
        try:
            answer = self.on.run(
                restoring.restore(self.session, self.me, self.draft.id, point_id, self.tabs[tab].revision, tab)
            )
        except DraftConflict as conflict:
            self.refused(tab, conflict)
            return
        assert is_same(answer.document, kept)
        self.taken(tab, answer)
        if answer.change:
            self.applied.add(answer.change.label)

    @rule(tab=TABS)
    def reload(self, tab: str) -> None:
        self.tabs[tab].see(self.revision, self.document)

    @invariant()
    def everything_is_kept(self) -> None:
        if hasattr(self, "session"):
            self.on.run(self._check())

    async def _check(self) -> None:
        await self.session.refresh(self.draft)
        assert self.draft.revision == self.revision
        assert is_same(self.draft.document, self.document)
        rows = (await self.session.exec(select(PackChange).where(PackChange.draft_id == self.draft.id))).all()
        by_id = {row.id: row for row in rows}
        assert {row.label for row in rows} >= self.applied
        line = []
        change = by_id[self.draft.head_change_id]
        while change is not None:
            line.insert(0, change)
            change = by_id.get(change.parent_change_id)
        folded: Any = None
        for each in line:
            folded = jsonpatch.apply_patch(folded, each.patch) if each.number > 1 else each.patch[0]["value"]
        assert is_same(folded, self.document)
        moves = select(PackMove.revision).where(PackMove.draft_id == self.draft.id).order_by(PackMove.revision)
        assert list((await self.session.exec(moves)).all()) == list(range(1, self.revision + 1))

    async def reach_all(self) -> None:
        """Every change that was ever applied can be gone to, and shows what it made."""
        page = await history.list_changes(self.session, self.me, self.draft.id, limit=100)
        for entry in page.entries:
            seen = await changes.document_at(self.session, self.draft, entry.change.number)
            went = await changes.travel(
                self.session, self.me, self.draft.id, self.draft.revision, entry.change.number, "tab-1"
            )
            assert is_same(went.document, seen)
            if entry.parent_number:
                undone = await changes.undo(self.session, self.me, self.draft.id, went.revision, "tab-1")
                below = await changes.document_at(self.session, self.draft, entry.parent_number)
                assert is_same(undone.document, below)


def machine(on: Stage) -> Callable[[], DraftMachine]:
    return partial(DraftMachine, on)
