import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.query_language import FIELDS, MOST_TERMS, Term, parse


def word(text, **more):
    return Term(text, **more)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("", ()),
        ("   ", ()),
        ("or", ()),
        ("card refund", ((word("card"), word("refund")),)),
        ('"expired card"', ((word("expired card", is_phrase=True),),)),
        ('"never closed', ((word("never closed", is_phrase=True),),)),
        ("refund -partial", ((word("refund"), word("partial", is_negated=True)),)),
        ('-"two words"', ((word("two words", is_phrase=True, is_negated=True),),)),
        ("refund or payout", ((word("refund"),), (word("payout"),))),
        ("refund OR or payout or", ((word("refund"),), (word("payout"),))),
        ("tag:smoke", ((word("smoke", field="tag"),),)),
        ("-Tag:smoke", ((word("smoke", field="tag", is_negated=True),),)),
        ('folder:"Payments/Cards" x', ((word("Payments/Cards", field="folder"), word("x")),)),
        ("http://host", ((word("http://host"),),)),
        ("colour:red", ((word("colour:red"),),)),
        ("tag:", ((word("tag:"),),)),
        ("TC_UI_001", ((word("TC_UI_001"),),)),
        ("- --", ()),
        ("sign-in", ((word("sign-in"),),)),
    ],
)
def test_what_is_typed_becomes_terms(text, groups):
    assert parse(text).groups == groups


@given(st.text(max_size=300))
def test_no_text_raises_and_every_term_says_something(text):
    query = parse(text)
    terms = [term for group in query.groups for term in group]
    assert all(group for group in query.groups)
    assert len(terms) <= MOST_TERMS
    for term in terms:
        assert term.text == term.text.strip() != ""
        assert term.field in {"", *FIELDS}
        assert not any("\ud800" <= each <= "\udfff" or each < " " for each in term.text)


@given(st.lists(st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True).filter(lambda each: each != "or"), max_size=10))
def test_plain_words_stay_what_they_are(words):
    query = parse(" ".join(words))
    assert [term.text for term in query.words] == words
    assert query.plain_words == tuple(words)


@given(st.sampled_from(FIELDS), st.from_regex(r"[a-z][a-z /]{0,20}[a-z]", fullmatch=True), st.booleans())
def test_fields_take_a_quoted_value(name, value, is_negated):
    query = parse(f'{"-" if is_negated else ""}{name}:"{value}"')
    assert query.groups == ((Term(value, field=name, is_negated=is_negated),),)
