import sys
import threading

import pytest
from django.test import RequestFactory

from qaportal.kit.stack_room import SLOTS, with_room


def depth_of(number):
    return number if number == 0 else 1 + depth_of(number - 1)


def test_a_function_is_called_as_it_is_and_answers_what_it_answers():
    assert with_room(sorted, [2, 3, 1], reverse=True) == [3, 2, 1]
    with pytest.raises(KeyError):
        with_room({}.__getitem__, "nothing")


def test_calls_below_may_go_as_deep_as_elsewhere():
    assert with_room(depth_of, sys.getrecursionlimit() // 2) == sys.getrecursionlimit() // 2


def test_every_thread_has_room_of_its_own():
    found = []
    threads = [threading.Thread(target=lambda: found.append(with_room(depth_of, 300))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [300] * 8


@pytest.mark.django_db
def test_the_server_gives_room_to_each_request(monkeypatch):
    from qaportal import wsgi

    sizes = []

    def portal(environ, start_response):
        sizes.append(sys._getframe().f_back.f_code.co_stacksize)
        start_response("200 OK", [])
        return [b"answered"]

    monkeypatch.setattr(wsgi, "_portal", portal)
    answer = wsgi.application(RequestFactory().get("/livez").environ, lambda status, headers: None)
    assert (list(answer), sizes) == ([b"answered"], [SLOTS])
