import pytest

from qaportal.kit import events, panels, preparation, search
from qaportal.kit.errors import Allowed, Denied, InvalidInput


@pytest.fixture
def clean(monkeypatch):
    for module, name in ((events, "_handlers"), (panels, "_panels"), (search, "_sources"), (preparation, "_steps")):
        monkeypatch.setattr(module, name, {})


def test_subscribers_get_the_payload_in_order(clean):
    events.declare("case.created")
    told = []
    events.subscribe("case.created", lambda **payload: told.append(("first", payload)))
    events.subscribe("case.created", lambda **payload: told.append(("second", payload)))
    events.publish("case.created", case=7)
    assert told == [("first", {"case": 7}), ("second", {"case": 7})]
    assert events.declared() == {"case.created": 2}


def test_the_same_handler_is_told_once(clean):
    events.declare("case.created")
    told = []

    def tell(**payload):
        told.append(payload)

    for _ in range(2):
        events.subscribe("case.created", tell)
    events.publish("case.created")
    assert told == [{}]


def test_a_misspelt_event_does_not_go_silent(clean):
    with pytest.raises(LookupError, match=r"case\.creatd"):
        events.publish("case.creatd")
    with pytest.raises(LookupError):
        events.subscribe("case.creatd", print)


def test_what_a_handler_raises_reaches_the_publisher(clean):
    events.declare("case.created")

    def fail(**payload):
        raise ValueError

    events.subscribe("case.created", fail)
    with pytest.raises(ValueError):  # noqa: PT011 - any words
        events.publish("case.created")


def test_panels_stand_in_order_with_their_facts(clean):
    for code, order in (("b", 20), ("a", 20), ("c", 10)):
        panel = panels.Panel("drawer", code, code, f"{code}.html", lambda ids: dict.fromkeys(ids, "fact"), order)
        panels.register(panel)
    assert [panel.code for panel in panels.at("drawer")] == ["c", "a", "b"]
    assert panels.at("elsewhere") == []
    ((panel, facts), *_others) = panels.loaded("drawer", [1, 2])
    assert (panel.code, facts) == ("c", {1: "fact", 2: "fact"})


def test_search_asks_every_source_and_drops_those_without_hits(clean):
    def find(*, user, project, words, limit):
        return (search.Hit(f"{words} {number}", "/") for number in range(limit + 5))

    search.register(search.Source("cases", "Cases", find, order=2))
    search.register(search.Source("empty", "Nothing", lambda **_: [], order=1))
    (group,) = search.find(user=None, project=None, words="  card ", limit=3)
    assert (group.label, [hit.label for hit in group.items]) == ("Cases", ["card 0", "card 1", "card 2"])


def test_preparation_runs_in_order_and_collects_what_is_said(clean):
    preparation.register("second", lambda *, demo: [f"demo {demo}"], order=20)
    preparation.register("first", lambda *, demo: iter(["roles"]), order=10)
    assert preparation.run(demo=True) == ["roles", "demo True"]


def test_a_policys_answer_carries_its_reason_and_raises_itself():
    Allowed().require()
    assert Allowed()
    no = Denied("Your role may not.")
    assert not no
    assert no.reason == "Your role may not."
    with pytest.raises(Denied, match="Your role may not"):
        no.require()


def test_input_errors_keep_their_fields():
    error = InvalidInput("No.", fields={"name": ["Too long."]})
    assert (error.message, error.code, error.fields) == ("No.", "invalid", {"name": ["Too long."]})
