import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pexit_app.core.ports import Busy, ProviderState, ProviderUpdate, Superseded
from pexit_app.providers.darkroom.backlog import Backlog, Order
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.task import Inspection, Task, Training


def order(stream: str = "") -> Order:
    return Order(Task(("standin:alba",), Look(), 0, 512, 512, "png", is_draft=bool(stream)), stream)


def photo() -> Order:
    return Order(Inspection(b""))


def training() -> Order:
    return Order(Training(("a.jpg",)))


def places(one: Order) -> int | None:
    return one.latest.queue_position if one.latest else None


def test_the_newest_draft_of_a_stream_wins() -> None:
    backlog = Backlog()
    older, newer, other = order("tab"), order("tab"), order("other tab")
    for each in (older, other, newer):
        backlog.add_draft(each)
    assert isinstance(older.future.exception(timeout=0), Superseded)
    assert {backlog.take(False), backlog.take(False)} == {newer, other}


def test_drafts_go_before_renders_and_renders_in_order() -> None:
    backlog = Backlog()
    renders = [order() for _ in range(3)]
    for render in renders:
        backlog.add_render(render)
    draft = order("tab")
    backlog.add_draft(draft)
    assert [backlog.take(False) for _ in range(4)] == [draft, *renders]


def test_photos_go_after_drafts_and_before_renders_and_trainings() -> None:
    backlog = Backlog()
    learnt, render, seen, draft = training(), order(), photo(), order("tab")
    for late in (learnt, render):
        backlog.add_render(late)
    backlog.add_photo(seen)
    backlog.add_draft(draft)
    assert [backlog.take(False) for _ in range(4)] == [draft, seen, learnt, render]


def test_nothing_starves_behind_a_flood_of_what_goes_before_it() -> None:
    backlog = Backlog(patience=3)
    render, seen = order(), photo()
    backlog.add_render(render)
    backlog.add_photo(seen)
    taken = []
    for i in range(12):
        backlog.add_draft(order(f"tab {i}"))
        backlog.add_photo(photo())
        taken.append(backlog.take(False))
    assert seen in taken[:5]
    assert render in taken[:6]


def test_the_worker_kept_free_never_takes_a_training() -> None:
    backlog = Backlog()
    learnt, render = training(), order()
    backlog.add_render(learnt)
    backlog.add_render(render)
    assert backlog.take(True) is render
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(backlog.take, True)
        assert backlog.take(False) is learnt
        backlog.close()
        assert waiting.result(timeout=10) is None


def test_a_photo_whose_sender_left_is_skipped_and_too_many_are_busy() -> None:
    backlog = Backlog(photos_max=2)
    left, kept = photo(), photo()
    backlog.add_photo(left)
    backlog.add_photo(kept)
    with pytest.raises(Busy):
        backlog.add_photo(photo())
    assert left.future.cancel()
    assert backlog.take(False) is kept


def test_a_place_in_the_queue_moves_up() -> None:
    backlog = Backlog()
    renders = [order() for _ in range(3)]
    for render in renders:
        backlog.add_render(render)
    assert [places(render) for render in renders] == [1, 2, 3]
    backlog.take(False)
    assert [places(render) for render in renders[1:]] == [1, 2]
    assert backlog.drop(renders[1])
    assert not backlog.drop(renders[1])
    assert renders[1].future.cancelled()
    assert places(renders[2]) == 1


def test_too_many_waiting_is_busy_but_a_newer_draft_still_fits() -> None:
    backlog = Backlog(drafts_max=2, renders_max=1)
    for stream in ("a", "b"):
        backlog.add_draft(order(stream))
    with pytest.raises(Busy):
        backlog.add_draft(order("c"))
    backlog.add_draft(order("a"))
    backlog.add_render(order())
    with pytest.raises(Busy):
        backlog.add_render(order())


def test_a_draft_whose_reader_left_is_skipped() -> None:
    backlog = Backlog()
    left, kept = order("a"), order("b")
    backlog.add_draft(left)
    backlog.add_draft(kept)
    assert left.future.cancel()
    assert backlog.take(False) is kept


def test_the_worker_kept_free_leaves_renders_alone_while_drafts_are_about() -> None:
    backlog = Backlog(quiet_s=30)
    backlog.add_draft(order("tab"))
    render = order()
    backlog.add_render(render)
    assert backlog.take(True) is not None
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(backlog.take, True)
        assert backlog.take(False) is render, "the other worker takes it"
        draft = order("tab")
        backlog.add_draft(draft)
        assert waiting.result(timeout=10) is draft


def test_without_drafts_the_worker_kept_free_renders_too() -> None:
    backlog = Backlog(quiet_s=0.01)
    backlog.add_draft(order("tab"))
    backlog.take(True)
    render = order()
    backlog.add_render(render)
    assert backlog.take(True) is render


def test_closing_wakes_everyone_and_hands_back_what_waits() -> None:
    backlog = Backlog()
    with ThreadPoolExecutor(2) as pool:
        taken = [pool.submit(backlog.take, keeps_free) for keeps_free in (True, False)]
        assert backlog.close() == []
        assert [each.result(timeout=10) for each in taken] == [None, None]
    with pytest.raises(Busy):
        backlog.add_draft(order("tab"))


def test_a_listener_hears_the_past_once_and_nothing_after_the_end() -> None:
    one = order()
    for place in (3, 2, 1):
        one.publish(ProviderUpdate(ProviderState.QUEUED, queue_position=place))
    one.publish(ProviderUpdate(ProviderState.RUNNING, 0, "backdrop"))
    heard: list[ProviderUpdate] = []
    one.listen(heard.append)
    assert [update.state for update in heard] == [ProviderState.RUNNING]
    one.publish(ProviderUpdate(ProviderState.DONE, 100))
    one.publish(ProviderUpdate(ProviderState.FAILED))
    assert [update.state for update in heard] == [ProviderState.RUNNING, ProviderState.DONE]


def test_many_threads_lose_nothing() -> None:
    backlog = Backlog()
    orders = [order() for _ in range(200)]
    taken: list[Order] = []
    lock = threading.Lock()

    def taker() -> None:
        while (one := backlog.take(False)) is not None:
            with lock:
                taken.append(one)
                if len(taken) == len(orders):
                    backlog.close()

    with ThreadPoolExecutor(4) as pool:
        takers = [pool.submit(taker) for _ in range(4)]
        for each in orders:
            backlog.add_render(each)
        for each in takers:
            each.result(timeout=20)
    assert len(taken) == len(set(map(id, taken))) == len(orders)
