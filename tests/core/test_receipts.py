"""Receipts hold what was signed, to the letter, for whoever has the published key; and nothing else passes."""

import copy
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.core import receipts, security
from pexit_app.core.receipts import BadReceipt, public_key, signed, verified

BODY = {"id": "1", "erased": [{"kind": "photo", "id": "a", "sha256": "00"}], "who": "Zoë", "bytes": 12}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_what_was_signed_comes_back_however_it_travelled(body):
    document = signed(body)
    for travelled in (document, json.loads(json.dumps(document)), json.loads(json.dumps(document, indent=3))):
        assert verified(travelled, [public_key()]) == body


def changed(document, path, value):
    document = copy.deepcopy(document)
    *way, last = path
    at = document
    for each in way:
        at = at[each]
    at[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("receipt", "id"), "2"),
        (("receipt", "bytes"), 13),
        (("receipt", "bytes"), "12"),
        (("receipt", "erased"), []),
        (("receipt", "erased", 0, "sha256"), "01"),
        (("receipt", "more"), None),
        (("signature",), ""),
        (("signature",), "AAAA"),
        (("signature",), "no base64!"),
        (("signature",), None),
        (("key",), None),
        (("key", "x"), "AAAA"),
        (("key", "x"), "\ud800"),
        (("key", "crv"), "P-256"),
        (("receipt",), "text"),
    ],
)
def test_one_changed_letter_is_seen(path, value):
    with pytest.raises(BadReceipt):
        verified(changed(signed(BODY), path, value), [public_key()])


@pytest.mark.parametrize("document", [None, [], "x", 1, {}, {"receipt": {}}, {"receipt": {}, "key": {}}])
def test_what_is_no_receipt_is_none(document):
    with pytest.raises(BadReceipt):
        verified(document, [public_key()])


def test_a_key_of_ones_own_signs_nothing_here(monkeypatch):
    """Its key comes along with a receipt, and is worth nothing by that."""
    known = public_key()
    monkeypatch.setattr(receipts, "_private", Ed25519PrivateKey.generate)
    foreign = Ed25519PrivateKey.generate()
    monkeypatch.setattr(receipts, "_private", lambda: foreign)
    with pytest.raises(BadReceipt, match="not among the known"):
        verified(signed(BODY), [known])
    assert verified(signed(BODY), [known, public_key()]) == BODY


def test_the_key_is_of_this_purpose_alone():
    assert security.derived_key("receipts") not in (security.derived_key("seal receipts"), security.derived_key(""))
    assert public_key() == public_key() and set(public_key()) == {"crv", "kty", "x", "kid"}
