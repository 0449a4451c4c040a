"""The page of one result: what it left behind in one timeline, deep links, and the way through the failures."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone

from files.tests.conftest import storage  # noqa: F401  the files of these tests alone
from runs.models import LogEntry, Result, RunCase, StepResult
from runs.services.artifacts import add_artifact
from runs.services.evidence import save_checkpoints, save_logs, save_steps
from runs.tests.factories import make_run, record, reported
from runs.traces import parts_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 16
HOSTILE = '<script>alert(1)</script> <img src=x onerror="alert(1)"> \x1b[31mred\x1b[0m'
TRACE = """Traceback (most recent call last):
  File "/app/tests/test_pay.py", line 12, in test_pays
    page.pay()
  File "/usr/lib/python3/site-packages/playwright/sync.py", line 3, in pay
    return go()
  File "/usr/lib/python3/site-packages/playwright/impl.py", line 9, in go
    raise X
TimeoutError: 30000 ms"""


@pytest.fixture
def run(project):
    run = make_run(project, name="Nightly")
    record(
        run,
        reported("pays", "failed", error_message="no frame", stack_trace=TRACE, duration_ms=3_000),
        reported("ships"),
        reported("refunds", "error", error_message="no connection"),
        reported("exports", "failed", error_message="no file"),
    )
    return run


@pytest.fixture
def read(signed_in, viewer, run):
    client = signed_in(viewer)

    def get(name: str = "pays", query: str = "", **options):
        test = RunCase.objects.get(run=run, name=name)
        return client.get(f"/p/PAY/runs/{run.number}/tests/{test.pk}/?{query}", **options)

    return get


def words_on(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def result_of(run, name="pays") -> Result:
    return Result.objects.for_detail().filter(run_case__run=run, run_case__name=name).latest("id")


def step(number, status="passed", **more):
    return {"step_number": number, "description": f"Step number {number}", "status": status, **more}


def picture(actor, result, name, category="", number=None, data=PNG):
    facts = {"artifact_type": "screenshot", "artifact_category": category, "step_number": number}
    artifact, _is_new = add_artifact(
        actor=actor, result=result, stream=io.BytesIO(data + name.encode()), name=name, **facts
    )
    return artifact


@pytest.fixture
def documented(run, tester):
    result = result_of(run)
    Result.objects.filter(pk=result.pk).update(started_at=timezone.now() - timedelta(minutes=1))
    steps = [step(1, duration_ms=1_800), step(2, "failed", error_message=HOSTILE, duration_ms=500), step(3, "skipped")]
    save_steps(actor=tester, result=result, steps=steps)
    total = {"name": "Total", "status": "failed", "expected": "10.00", "actual": "9.00", "step_number": 2}
    save_checkpoints(actor=tester, result=result, checkpoints=[total])
    logs = [
        {"log_type": "network", "method": "POST", "url": "/v2/payments", "status_code": 500, "step_number": 2},
        {"log_type": "console", "level": "error", "message": HOSTILE, "step_number": 2},
        {"log_type": "console", "level": "info", "message": "hello"},
    ]
    save_logs(actor=tester, result=result, logs=logs)
    return result


def test_the_timeline_tells_steps_checkpoints_and_logs_in_their_order(read, documented):
    content = words_on(read())
    assert content.index("Step number 1") < content.index("Step number 2") < content.index("Step number 3")
    assert "1.8 s" in content, "when the second step began"
    for words in ("Total", "10.00", "9.00", "/v2/payments", "hello", "Failure 1 of 3", "no frame"):
        assert words in content


def test_texts_of_automation_are_shown_as_text(read, documented, run):
    Result.objects.filter(pk=documented.pk).update(error_message=HOSTILE, stack_trace=HOSTILE, output=HOSTILE)
    RunCase.objects.filter(run=run, name="pays").update(class_name=HOSTILE[:60], name="<b>pays</b>")
    content = words_on(read(name="<b>pays</b>"))
    assert "<b>pays" not in content
    assert "<script>alert" not in content
    assert "<img src=x" not in content
    assert "[31mred" not in content.split("</h1>", 1)[1]


def test_pictures_before_and_after_can_be_laid_over_each_other_and_come_through_the_portal(read, documented, tester):
    before = picture(tester, documented, "b.png", "before", 2)
    after = picture(tester, documented, "a.png", "error", 2)
    other = picture(tester, documented, "o.png", "checkpoint", 2)
    content = words_on(read())
    pair = content.split("data-compare>", 1)[1].split("q-compare-tools", 1)[0]
    assert f"/p/PAY/files/{before.file_id}/" in pair
    assert f"/p/PAY/files/{after.file_id}/" in pair
    assert f"/p/PAY/files/{other.file_id}/" not in pair
    assert f"/p/PAY/files/{other.file_id}/" in content


def test_a_file_that_only_says_it_is_a_picture_is_a_file(read, documented, tester):
    fake = picture(tester, documented, "x.png", "error", 2, data=b"<svg onload=alert(1)>")
    content = words_on(read())
    assert f'src="/p/PAY/files/{fake.file_id}/"' not in content
    assert f'href="/p/PAY/files/{fake.file_id}/"' in content


def test_a_video_is_played_and_its_start_loaded_only(read, documented, tester):
    video, _new = add_artifact(
        actor=tester, result=documented, stream=io.BytesIO(b"\x1a\x45\xdf\xa3" + b"\x00" * 50), name="run.webm",
        artifact_type="video",
    )  # fmt: skip
    assert f'<video controls preload="metadata" src="/p/PAY/files/{video.file_id}/"' in words_on(read())


def test_frames_of_frameworks_are_folded_and_ones_own_stand_open(read):
    content = words_on(read())
    folded = content.split("2 frames of frameworks", 1)[1].split("</details>", 1)[0]
    assert "site-packages/playwright" in folded
    assert "test_pay.py" not in folded
    assert "test_pay.py" in content


def test_a_trace_of_nothing_but_frameworks_stands_open():
    trace = "Error: no\n    at a (node_modules/x/a.js:1:2)\n    at b (node_modules/x/b.js:1:2)"
    (part,) = parts_of(trace)
    assert (part.text, part.frames) == (trace, 0)
    assert parts_of("") == []


def test_a_step_is_linked_to_and_marked(read, documented):
    content = words_on(read(query="step=3"))
    assert 'id="step-3" class="is-chosen"' in content
    assert "step=3#step-3" in content
    assert "is-chosen" not in words_on(read(query="step=zzz"))
    assert "is-chosen" not in words_on(read(query="step=99999999999999999999"))


def test_of_many_steps_the_page_with_the_failure_is_shown(read, run, tester):
    steps = [step(number, "failed" if number == 250 else "passed") for number in range(1, 301)]
    save_steps(actor=tester, result=result_of(run), steps=steps)
    content = words_on(read())
    assert "Step number 250" in content
    assert "Step number 180<" not in content
    assert "Step number 12<" in words_on(read(query="step=12"))
    assert "Step number 61<" in words_on(read(query="part=2"))
    assert words_on(read(query="part=77"))


def test_iterations_are_shown_one_at_a_time_the_failing_one_first(read, run, tester):
    result = result_of(run)
    save_steps(actor=tester, result=result, steps=[step(1), step(1, "failed", iteration=2, description="Second")])
    content = words_on(read())
    assert "Second" in content
    assert "Step number 1" not in content
    first = words_on(read(query="iteration=1"))
    assert "Step number 1" in first
    assert "Second" not in first
    save_steps(actor=tester, result=result, steps=[step(1, iteration=number) for number in range(3, 30)])
    assert '<select class="form-select' in words_on(read())


def test_the_attempts_are_switched(read, run):
    record(run, reported("pays", "failed", error_message="again no frame"))
    assert "again no frame" in words_on(read())
    first = words_on(read(query="attempt=1"))
    assert "again no frame" not in first
    assert "no frame" in first
    assert words_on(read(query="attempt=77"))


def test_left_and_right_lead_through_the_failures_of_the_run(read, run):
    tests = {test.name: test.pk for test in RunCase.objects.filter(run=run)}
    middle = words_on(read("refunds"))
    assert f'href="/p/PAY/runs/{run.number}/tests/{tests["pays"]}/" data-key="arrowleft"' in middle
    assert f'href="/p/PAY/runs/{run.number}/tests/{tests["exports"]}/" data-key="arrowright"' in middle
    assert 'data-key="arrowleft"' not in words_on(read("pays"))
    passed = words_on(read("ships"))
    assert f'{tests["refunds"]}/" data-key="arrowright"' in passed
    assert "3 failures" in passed


def test_a_long_log_comes_in_pages_and_can_be_narrowed(read, run, tester):
    logs = [{"log_type": "console", "level": "info", "message": f"line {number:04}"} for number in range(1_000)]
    logs += [{"log_type": "network", "method": "GET", "url": "/lost", "status_code": 404, "step_number": 1}]
    save_logs(actor=tester, result=result_of(run), logs=logs)
    content = words_on(read())
    assert content.count("line 0") <= 2 * 100
    assert "line 0100" in words_on(read(query="lines=2"))
    problems = words_on(read(query="log=problems"))
    assert "/lost" in problems
    assert "line 0001" not in problems
    part = read(query="of=1", headers=PARTIAL)
    assert "/lost" in words_on(part)
    assert "<h1" not in words_on(part)


def test_beside_a_step_trouble_comes_before_the_rest(read, run, tester):
    result = result_of(run)
    save_steps(actor=tester, result=result, steps=[step(1, "failed")])
    logs = [{"log_type": "console", "level": "info", "message": f"quiet {n}", "step_number": 1} for n in range(40)]
    logs += [{"log_type": "console", "level": "error", "message": "loud", "step_number": 1}]
    save_logs(actor=tester, result=result, logs=logs)
    timeline = words_on(read()).split('id="log"', 1)[0]
    assert "loud" in timeline
    assert "41 entries" in timeline
    assert timeline.count("quiet") < 40


def at(result, milliseconds, message="", **more):
    moment = result.started_at + timedelta(milliseconds=milliseconds)
    return {"log_type": "console", "level": "info", "message": message, "logged_at": moment, **more}


def test_entries_without_a_step_stand_where_their_time_puts_them(read, documented, tester):
    documented.refresh_from_db()
    logs = [
        at(documented, 200, "in the first"),
        at(documented, 1_900, "in the second"),
        at(documented, 9_000, "at last"),
    ]
    logs += [at(documented, -500, "too early"), {"log_type": "console", "level": "info", "message": "no time"}]
    save_logs(actor=tester, result=documented, logs=logs)
    timeline, panel = words_on(read()).split('id="log"', 1)
    marks = ["Step number 1", "in the first", "Step number 2", "in the second", "at last", "Step number 3"]
    places = [timeline.index(mark) for mark in marks[:4]]
    assert places == sorted(places)
    assert timeline.index("at last") > timeline.index("in the second")
    for words in ("too early", "no time"):
        assert words not in timeline
        assert words in panel
    part = words_on(read(query="since=0&until=1800", headers=PARTIAL))
    assert "in the first" in part
    assert "in the second" not in part
    assert "hello" not in part
    assert words_on(read(query="since=9999999999999999&until=zz"))


def test_many_entries_do_not_flood_the_timeline(read, documented, tester):
    documented.refresh_from_db()
    logs = [at(documented, number, f"line {number}") for number in range(500)]
    logs[400] |= {"level": "error", "message": "loud"}
    save_logs(actor=tester, result=documented, logs=logs)
    timeline = words_on(read()).split('id="log"', 1)[0]
    assert "500 entries" in timeline
    assert "1 problem" in timeline
    assert "loud" in timeline
    assert timeline.count("line ") < 20
    save_steps(actor=tester, result=documented, steps=[step(number, duration_ms=1) for number in range(4, 40)])
    assert "loud" not in words_on(read()).split('id="log"', 1)[0]


def test_nobody_knows_what_happened_during_which_of_the_steps_without_a_time(read, documented, tester):
    documented.refresh_from_db()
    save_steps(actor=tester, result=documented, steps=[step(2), step(3), step(4)])
    save_logs(actor=tester, result=documented, logs=[at(documented, 10, "early"), at(documented, 9_000, "late")])
    timeline, panel = words_on(read()).split('id="log"', 1)
    assert "early" in timeline
    assert "late" not in timeline
    assert "late" in panel


def test_an_iteration_begins_when_those_before_it_ended(read, documented, tester):
    documented.refresh_from_db()
    save_steps(actor=tester, result=documented, steps=[step(3, "skipped", duration_ms=0)])
    save_steps(actor=tester, result=documented, steps=[step(1, iteration=2, duration_ms=100)])
    logs = [at(documented, 2_350, "in time", iteration=2), at(documented, 100, "too early", iteration=2)]
    save_logs(actor=tester, result=documented, logs=logs)
    timeline = words_on(read(query="iteration=2")).split('id="log"', 1)[0]
    assert "in time" in timeline
    assert "too early" not in timeline


def test_a_result_that_left_nothing_says_so(read, project, run):
    assert "No steps were reported" in words_on(read("ships"))
    RunCase.objects.create(project=project, run=run, test_key=run.pk, name="waits")
    assert "Not executed yet" in words_on(read("waits"))


def test_the_drawer_shows_the_failing_step_in_short_and_leads_to_the_page(signed_in, viewer, run, documented, tester):
    shot = picture(tester, documented, "e.png", "error", 2)
    test = documented.run_case
    content = words_on(signed_in(viewer).get(f"/p/PAY/runs/{run.number}/?test={test.pk}"))
    assert f"/p/PAY/runs/{run.number}/tests/{test.pk}/" in content
    assert "3 steps" in content
    assert f"/p/PAY/files/{shot.file_id}/" in content


def test_the_number_of_queries_does_not_grow_with_the_evidence(read, run, documented, tester, same_queries):
    picture(tester, documented, "first.png", "before", 2)

    documented.refresh_from_db()
    began = documented.started_at
    save_logs(actor=tester, result=documented, logs=[{"log_type": "console", "message": "then", "logged_at": began}])

    def grow():
        save_steps(actor=tester, result=documented, steps=[step(number, duration_ms=1) for number in range(4, 14)])
        save_steps(actor=tester, result=documented, steps=[step(number, iteration=2) for number in range(4, 14)])
        for number in range(10):
            picture(tester, documented, f"more-{number}.png", "after", number % 3 + 1)
        checks = [{"name": f"check {n}", "status": "passed", "step_number": n + 1} for n in range(10)]
        save_checkpoints(actor=tester, result=documented, checkpoints=checks)
        logs = [{"log_type": "console", "message": f"more {n}", "step_number": n + 1} for n in range(10)]
        logs += [
            {"log_type": "console", "message": f"then {n}", "logged_at": began + timedelta(seconds=n)} for n in range(9)
        ]
        save_logs(actor=tester, result=documented, logs=logs)
        record(run, *(reported(f"more {n}", "failed", error_message=f"other {n}") for n in range(10)))

    assert same_queries(read, grow) <= 32
    assert StepResult.objects.count() > 20
    assert LogEntry.objects.count() > 10


def test_results_of_others_and_of_other_runs_are_not_there(signed_in, stranger, viewer, run, project):
    test = RunCase.objects.filter(run=run).first()
    path = f"/p/PAY/runs/{run.number}/tests/{test.pk}/"
    assert signed_in(stranger).get(path).status_code == 404
    other = make_run(project, name="Other")
    assert signed_in(viewer).get(f"/p/PAY/runs/{other.number}/tests/{test.pk}/").status_code == 404
