"""The wallet's texts: each line says what happened, why, and what it did; nothing in a CSV is a formula."""

from uuid import uuid4

import pytest

from pexit_app.core.errors import BadInput
from pexit_app.core.hooks import LineLink
from pexit_app.features.wallet.cards import line_card
from pexit_app.features.wallet.forms import _cells, _dust_in
from pexit_app.features.wallet.models import Transfer
from pexit_app.features.wallet.schemas import SIGNS

PACK = {"title": "Salt light", "number": "3A", "lines": [{"label": "2 frames, 3 dust each", "dust": 6}]}


def transfer(kind, dust=7, owed=0, reason="", **memo):
    row = Transfer(key="k", kind=kind, user_id=uuid4(), dust=dust, granted=0, bought=dust - owed, balance_after=1234)
    row.owed, row.reason, row.memo = owed, reason, memo
    return row


@pytest.mark.parametrize(
    ("row", "what", "detail", "dust"),
    [
        (transfer("grant", reason="Welcome grant"), "Welcome grant", "", "+7"),
        (transfer("promo", reason="Code SUN"), "Code SUN", "", "+7"),
        (transfer("purchase", 1000, reason="Bought with Visa ending 4242"), "Bought 1,000 dust",
         "Bought with Visa ending 4242", "+1,000"),
        (transfer("purchase", 1000, 30), "Bought 1,000 dust", "30 of it paid a debt", "+970"),
        (transfer("refund_purchase", 9, 4, "Refunded"), "Purchase refunded", "Refunded; 4 of it is owed now", "−5"),
        (transfer("dispute"), "Payment contested", "", "−7"),
        (transfer("dispute_lost"), "Contest over, lost", "", "0"),
        (transfer("hold", **PACK), "Held for Salt light", "2 frames, 3 dust each: 6", "−7"),
        (transfer("hold", unlock="x", title="Salt light"), "Held to unlock Salt light", "", "−7"),
        (transfer("settle", **PACK), "Frame 3A of Salt light, delivered", "", "7 kept"),
        (transfer("unlock", title="Salt light"), "Salt light unlocked, for good", "", "7 kept"),
        (transfer("release", reason="Our fault", **PACK), "Given back: frame 3A of Salt light", "Our fault", "+7"),
        (transfer("settle", title="Salt light", tester="calm_otter_0001"), "Salt light, delivered",
         "for the tester calm_otter_0001", "7 kept"),
    ],
)  # fmt: skip
def test_a_line_says_what_happened(row, what, detail, dust):
    line = line_card(row, None)
    assert (line.what, line.detail, line.dust, line.balance) == (what, detail, dust, "1,234")


@pytest.mark.parametrize("kind", SIGNS)
def test_every_kind_has_words(kind):
    assert line_card(transfer(kind), None).what


def test_a_line_leads_to_its_frame_or_its_receipt():
    link = LineLink("/studio/salt-light?shoot=1", "/thumb")
    assert line_card(transfer("settle", **PACK), link).thumb == "/thumb"
    assert line_card(transfer("hold", **PACK), link).href == link.href
    assert line_card(transfer("purchase", purchase_id="7"), None).href == "/wallet/receipts/7"


def test_no_cell_of_a_csv_is_a_formula():
    cells = _cells(transfer("hold", title="=HYPERLINK(1)", reason="@x"))
    assert cells[2] == "'=HYPERLINK(1)"
    assert cells[6] == "'@x"
    assert cells[3] == -7  # a number of ours


def test_a_limit_is_a_whole_number_or_nothing():
    assert [_dust_in("run_dust", each) for each in ("", " 1,200 ", "7")] == [None, 1200, 7]
    for wrong in ("-1", "1.5", "many", "٣", "9" * 10):
        with pytest.raises(BadInput):
            _dust_in("run_dust", wrong)
