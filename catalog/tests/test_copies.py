import io

import pytest
from django.utils import timezone

from accounts.choices import RoleCode, UserStatus
from accounts.models import AuditEntry, Membership, Role
from accounts.tests.factories import ProjectFactory, UserFactory
from catalog.choices import CopyState
from catalog.models import (
    CopiedCase,
    CopyJob,
    CustomField,
    Folder,
    Template,
    TestCase,
    TestCaseStory,
    TestCaseVersion,
)
from catalog.services import cases, copies, folders
from catalog.services.cases import update_case
from catalog.services.shared_steps import create_shared_steps
from catalog.services.steps import steps_document
from catalog.tests.factories import CaseActivityFactory, StoryFactory, TestCaseFactory
from files.models import StoredFile
from files.services import store
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation


@pytest.fixture
def away(tenant):
    """Another project of the company."""
    return ProjectFactory(tenant=tenant, key="WEB", name="Web shop")


@pytest.fixture
def tree(project, lead):
    card = folders.create_folder(actor=lead, project=project, name="Card")
    capture = folders.create_folder(actor=lead, project=project, name="Capture", parent=card)
    return {"card": card, "capture": capture}


def write(project, actor, title="Pay", **fields):
    values = {"steps": [{"action": "Pay", "expected": "Paid"}, {"action": "Look"}], "tags": ["smoke"], **fields}
    return cases.create_case(actor=actor, project=project, title=title, **values)


def copy(actor, source, target, **options):
    return copies.start_copy(actor=actor, project=source, target_project=target, **options)


def only_copy(job):
    return TestCase.objects.get(copied_by__job=job)


# -- what goes along
def test_a_copy_has_the_fields_steps_tags_and_stories_of_its_original(project, away, lead, published):
    case = write(project, lead, story_id="PAY-7", priority="high", preconditions="A card", estimate=60, labels=["x"])
    story = StoryFactory(project=project, cases=[case])
    job = copy(lead, project, away, case_ids=[case.pk])
    made = only_copy(job)
    assert (job.state, job.counts["copied"]) == (CopyState.DONE, 1)
    assert (made.project, made.copied_from, made.test_id, made.version) == (away, case, "TC_UI_001", 1)
    for name in ("title", "priority", "preconditions", "estimate", "tags", "labels", "steps_text", "state"):
        assert getattr(made, name) == getattr(TestCase.objects.get(pk=case.pk), name), name
    assert list(made.steps.values_list("position", "action", "expected")) == [(1, "Pay", "Paid"), (2, "Look", "")]
    assert set(made.story_links.values_list("story__story_id", "story__project", "is_primary")) == {
        ("PAY-7", away.pk, True),
        (story.story_id, away.pk, False),
    }
    assert TestCaseVersion.objects.get(case=made).document["story"] == "PAY-7"
    assert published[-1] == "case.created"
    assert AuditEntry.objects.get(action="case.copied").project == away


@pytest.mark.parametrize(
    ("option", "left"),
    [
        ("steps", lambda made: made.steps.exists() or made.steps_text),
        ("tags", lambda made: made.tags),
        ("stories", lambda made: made.story_links.exists()),
    ],
)
def test_what_is_not_asked_for_stays_behind(project, away, lead, option, left):
    case = write(project, lead, story_id="PAY-7")
    job = copy(lead, project, away, case_ids=[case.pk], **{option: False})
    assert not left(only_copy(job))


def test_the_versions_come_along_when_asked_for_and_name_nothing_of_the_other_project(project, away, tree, lead):
    case = write(project, lead, folder=tree["capture"])
    cases.update_case(actor=lead, case=case, title="Pay twice", reason="Clearer")
    job = copy(lead, project, away, case_ids=[case.pk], versions=True)
    made = only_copy(job)
    kept = list(TestCaseVersion.objects.filter(case=made).order_by("number"))
    assert [(each.number, each.document["title"], each.reason) for each in kept] == [
        (1, "Pay", ""),
        (2, "Pay twice", "Clearer"),
        (3, "Pay twice", "Copied from another project"),
    ]
    assert {each.document["folder"] for each in kept} == {None}
    assert made.version == 3
    assert [step["action"] for step in kept[0].document["steps"]] == ["Pay", "Look"]
    plain = only_copy(copy(lead, project, away, case_ids=[case.pk], versions=False))
    assert TestCaseVersion.objects.filter(case=plain).count() == plain.version == 1


def test_files_of_steps_get_rows_of_the_other_project_for_the_same_bytes(project, away, lead):
    stored = store(actor=lead, project=project, stream=io.BytesIO(b"picture"), name="a.png", claimed=True)
    case = write(project, lead)
    case.steps.filter(position=1).update(attachments=[stored.pk])
    (key,) = only_copy(copy(lead, project, away, case_ids=[case.pk])).steps.get(position=1).attachments
    lent = StoredFile.objects.get(pk=key)
    assert (lent.project, lent.path, lent.name) == (away, stored.path, "a.png")
    assert lent.claimed_at is not None
    without = only_copy(copy(lead, project, away, case_ids=[case.pk], attachments=False))
    assert without.steps.get(position=1).attachments == []
    within = only_copy(copy(lead, project, project, case_ids=[case.pk]))
    assert within.steps.get(position=1).attachments == [stored.pk]


def test_pictures_in_texts_are_those_of_the_other_project(project, away, lead):
    stored = store(actor=lead, project=project, stream=io.BytesIO(b"picture"), name="a.png", claimed=True)
    picture = f"![a](/p/{project.key}/files/{stored.pk}/)"
    case = write(project, lead, description=picture, steps=[{"action": f"Look at {picture}"}])
    made = only_copy(copy(lead, project, away, case_ids=[case.pk]))
    lent = StoredFile.objects.get(project=away)
    assert made.description == f"![a](/p/WEB/files/{lent.pk}/)"
    assert f"/p/WEB/files/{lent.pk}/" in made.steps.get().action
    assert only_copy(copy(lead, project, project, case_ids=[case.pk])).description == picture


def test_shared_steps_become_steps_of_the_copys_own_elsewhere(project, away, lead):
    texts = [{"action": "Open"}, {"action": "Type", "expected": "In"}]
    group = create_shared_steps(actor=lead, project=project, title="Sign in", steps=texts)
    case = write(project, lead)
    update_case(actor=lead, case=case, steps=[*steps_document(case), {"shared_steps_id": group.pk}])
    other = write(project, lead, title="Other", steps=[{"shared_steps_id": group.pk}])
    job = copy(lead, project, away, case_ids=[case.pk, other.pk])
    first, second = TestCase.objects.filter(copied_by__job=job).order_by("pk")
    assert [step.action for step in first.steps.all()] == ["Pay", "Look", "Open", "Type"]
    assert [step.action for step in second.steps.all()] == ["Open", "Type"]
    assert not first.steps.exclude(shared_steps=None).exists()
    within = only_copy(copy(lead, project, project, case_ids=[case.pk]))
    assert list(within.steps.values_list("shared_steps", "shared_place"))[2:] == [(group.pk, 1), (group.pk, 2)]


def test_what_the_other_project_does_not_know_is_told(project, away, lead, tester):
    away.settings = {"membersOnly": True}
    away.save()
    Membership.objects.create(user=lead, project=away, role=Role.objects.built_in(RoleCode.QUALITY_MANAGER))
    for owner, kind in ((project, "string"), (away, "string")):
        CustomField.objects.create(project=owner, key="risk", name="Risk", kind=kind)
    for owner, kind in ((project, "integer"), (away, "string")):
        CustomField.objects.create(project=owner, key="size", name="Size", kind=kind)
    lists = {project: ["a", "b"], away: ["a"]}
    for owner, codes in lists.items():
        options = [{"code": code, "name": code, "is_archived": False} for code in codes]
        CustomField.objects.create(project=owner, key="area", name="Area", kind="dropdown", options=options)
    template = Template.objects.create(project=project, name="Payments")
    default = Template.objects.create(project=away, name="Plain", is_default=True)
    case = write(project, lead, owner=tester)
    values = {"risk": "high", "size": 3, "area": "b", "gone": "x"}
    TestCase.objects.filter(pk=case.pk).update(custom_values=values, template=template)
    job = copy(lead, project, away, case_ids=[case.pk])
    made = only_copy(job)
    assert (made.custom_values, made.owner, made.template) == ({"risk": "high"}, None, default)
    assert job.remarks == {
        "fields": {"Size": 1, "Area": 1, "gone": 1},
        "owners": {"Tomas Reyl": 1},
        "templates": {"Payments": 1},
    }


def test_a_project_that_wants_approval_takes_copies_into_review(project, away, lead):
    away.settings = {"requireApproval": True}
    away.save()
    job = copy(lead, project, away, case_ids=[write(project, lead).pk])
    assert only_copy(job).state == "in_review"
    assert job.remarks["states"] == {"Active": 1}


def test_a_copy_in_the_same_project_claims_no_results_of_its_original(project, lead):
    case = write(project, lead, automation_key="pay::test")
    job = copy(lead, project, project, case_ids=[case.pk])
    assert only_copy(job).automation_key == ""
    assert job.remarks == {"automation_keys": {"": 1}}


# -- folders
def test_a_folder_goes_with_all_below_it_and_joins_one_of_its_name(project, away, tree, lead):
    write(project, lead, title="Top", folder=tree["card"])
    write(project, lead, title="Deep", folder=tree["capture"])
    write(project, lead, title="Old", folder=tree["capture"], is_archived=True)
    shop = folders.create_folder(actor=lead, project=away, name="Shop")
    card = folders.create_folder(actor=lead, project=away, name="CARD", parent=shop)
    job = copy(lead, project, away, folder_ids=[tree["card"].pk], target_folder=shop)
    places = {case.title: case.folder for case in TestCase.objects.filter(copied_by__job=job)}
    assert places["Top"] == card
    assert (places["Deep"].parent, places["Deep"].name, places["Deep"].depth) == (card, "Capture", 3)
    assert places["Deep"].path == f"{card.path}{places['Deep'].pk:010d}/"
    assert set(places) == {"Top", "Deep"}
    assert job.counts["folders"] == 1


def test_a_folder_copied_beside_itself_gets_a_name_of_its_own(project, tree, lead):
    write(project, lead, folder=tree["capture"])
    for name in ("Card (copy)", "Card (copy 2)"):
        job = copy(lead, project, project, folder_ids=[tree["card"].pk])
        made = only_copy(job).folder
        assert (made.name, made.parent.name) == ("Capture", name)


def test_picked_cases_go_into_the_chosen_folder_and_a_folder_below_another_goes_once(project, away, tree, lead):
    loose, deep = write(project, lead, title="Loose"), write(project, lead, title="Deep", folder=tree["capture"])
    shop = folders.create_folder(actor=lead, project=away, name="Shop")
    both = [tree["card"].pk, tree["capture"].pk]
    job = copy(lead, project, away, folder_ids=both, case_ids=[loose.pk, deep.pk], target_folder=shop)
    places = {case.title: case.folder.name for case in TestCase.objects.filter(copied_by__job=job)}
    assert places == {"Loose": "Shop", "Deep": "Capture"}
    assert Folder.objects.in_project(away).filter(name="Capture").count() == 1


def test_a_folder_is_not_copied_into_itself_and_no_tree_gets_too_deep(project, away, tree, lead):
    with pytest.raises(InvalidInput) as refusal:
        copy(lead, project, project, folder_ids=[tree["card"].pk], target_folder=tree["capture"])
    assert "target_folder" in refusal.value.fields
    names = [f"Level {number}" for number in range(folders.DEEPEST - 1)]
    deep = folders.ensure_folder_path(actor=lead, project=away, names=names)
    with pytest.raises(RuleViolation) as too_deep:
        copy(lead, project, away, folder_ids=[tree["card"].pk], target_folder=deep)
    assert too_deep.value.code == "too_deep"
    assert not CopyJob.objects.exists()


# -- moving
def test_a_move_archives_the_original_and_links_both(project, away, lead):
    case = write(project, lead)
    job = copy(lead, project, away, case_ids=[case.pk], is_move=True)
    case.refresh_from_db()
    assert (case.is_archived, case.version, job.counts["archived"]) == (True, 2, 1)
    assert CopiedCase.objects.moves_of(case).get().copy == only_copy(job)
    assert not only_copy(job).is_archived


def test_nothing_is_moved_within_a_project(project, lead):
    with pytest.raises(InvalidInput) as refusal:
        copy(lead, project, project, case_ids=[write(project, lead).pk], is_move=True)
    assert "target_project" in refusal.value.fields


# -- who may
def test_it_takes_the_permission_in_both_projects_of_one_company(project, away, other_project, lead, viewer, tenant):
    case = write(project, lead)
    with pytest.raises(Denied):
        copy(viewer, project, away, case_ids=[case.pk])
    reader = UserFactory(tenant=tenant, role_code=RoleCode.TESTER)
    Membership.objects.create(user=reader, project=away, role=Role.objects.built_in(RoleCode.VIEWER))
    with pytest.raises(Denied):
        copy(reader, project, away, case_ids=[case.pk])
    with pytest.raises(InvalidInput) as refusal:
        copy(lead, project, other_project, case_ids=[case.pk])
    assert refusal.value.fields == {"target_project": ["There is no such project."]}
    with pytest.raises(NotVisible):
        copy(lead, project, away, case_ids=[TestCaseFactory(project=other_project).pk])
    with pytest.raises(InvalidInput):
        copy(lead, project, away)


# -- many
@pytest.fixture
def many(project, lead, monkeypatch):
    """Five cases, more than are copied at once, in chunks of two."""
    monkeypatch.setattr(copies, "AT_ONCE", 3)
    monkeypatch.setattr(copies, "CHUNK", 2)
    return [write(project, lead, title=f"Case {number}").pk for number in range(5)]


def test_many_are_copied_by_a_job(project, away, lead, many, run_jobs):
    job = copy(lead, project, away, case_ids=many)
    assert job.state == CopyState.QUEUED
    assert run_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.counts["copied"]) == (CopyState.DONE, 5)
    assert TestCase.objects.in_project(away).count() == 5


def test_a_job_that_died_goes_on_and_copies_nothing_twice(project, away, lead, many, monkeypatch):
    job = copy(lead, project, away, case_ids=many)
    keep, calls = copies.versions.keep_versions, []

    def dies_the_second_time(**values):
        calls.append(values)
        if len(calls) == 2:
            raise SystemExit
        keep(**values)

    monkeypatch.setattr(copies.versions, "keep_versions", dies_the_second_time)
    with pytest.raises(SystemExit):
        copies.run_copy(job_id=job.pk)
    assert TestCase.objects.in_project(away).count() == 2
    copies.run_copy(job_id=job.pk)
    copies.run_copy(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.counts["copied"]) == (CopyState.DONE, 5)
    titles = list(TestCase.objects.in_project(away).order_by("title").values_list("title", flat=True))
    assert titles == [f"Case {number}" for number in range(5)]


def test_a_job_ends_with_its_reason_and_can_go_on(project, away, lead, many, run_jobs):
    job = copy(lead, project, away, case_ids=many)
    lead.status = UserStatus.SUSPENDED
    lead.save()
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.error) == (CopyState.FAILED, "Whoever asked for this is not here any more.")
    lead.status = UserStatus.ACTIVE
    lead.save()
    lead.refresh_from_db()
    copies.resume_copy(actor=lead, job=job)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.counts["copied"]) == (CopyState.DONE, 5)
    with pytest.raises(RuleViolation):
        copies.resume_copy(actor=lead, job=job)


def test_a_case_that_is_deleted_before_its_turn_is_left_out(project, away, lead, many, run_jobs):
    job = copy(lead, project, away, case_ids=many)
    cases.delete_cases(actor=lead, project=project, case_ids=many[:1])
    run_jobs()
    job.refresh_from_db()
    assert (job.counts["copied"], job.counts["left_out"]) == (4, 1)


def test_the_number_of_statements_does_not_grow_with_the_cases(project, away, lead, django_assert_max_num_queries):
    picked = [write(project, lead, title=f"Case {number}", story_id="PAY-1").pk for number in range(30)]
    copy(lead, project, away, case_ids=picked[:1])
    with django_assert_max_num_queries(60):
        copy(lead, project, away, case_ids=picked, versions=True, is_move=True)


# -- taking it back
def test_taking_back_deletes_what_nobody_touched(project, away, tree, lead):
    titles = ["Same", "Edited", "Executed"]
    ids = {title: write(project, lead, title=title, folder=tree["capture"]).pk for title in titles}
    job = copy(lead, project, away, folder_ids=[tree["card"].pk], is_move=True)
    made = {case.title: case for case in TestCase.objects.filter(copied_by__job=job)}
    cases.update_case(actor=lead, case=made["Edited"], description="More")
    CaseActivityFactory(case=made["Executed"], last_status="passed")
    job = copies.undo_copy(actor=lead, job=job)
    assert (job.state, job.counts["undone"], job.counts["kept"], job.counts["back"]) == ("undone", 1, 2, 1)
    assert set(TestCase.objects.living().in_project(away).values_list("title", flat=True)) == {"Edited", "Executed"}
    assert not TestCase.objects.get(pk=ids["Same"]).is_archived
    assert TestCase.objects.get(pk=ids["Edited"]).is_archived
    assert Folder.objects.living().in_project(away).count() == 2
    with pytest.raises(RuleViolation):
        copies.undo_copy(actor=lead, job=job)


def test_folders_that_were_made_and_hold_nothing_go_too(project, away, tree, lead):
    write(project, lead, folder=tree["capture"])
    copies.undo_copy(actor=lead, job=copy(lead, project, away, folder_ids=[tree["card"].pk]))
    assert not Folder.objects.living().in_project(away).exists()
    job = copy(lead, project, away, folder_ids=[tree["card"].pk])
    folders.create_folder(
        actor=lead, project=away, name="Mine", parent=Folder.objects.living().get(name="Card", project=away)
    )
    copies.undo_copy(actor=lead, job=job)
    assert set(Folder.objects.living().in_project(away).values_list("name", flat=True)) == {"Card", "Mine"}


def test_many_are_taken_back_by_a_job(project, away, lead, many, run_jobs, monkeypatch):
    monkeypatch.setattr(copies, "UNDONE_AT_ONCE", 3)
    job = copy(lead, project, away, case_ids=many)
    run_jobs()
    assert copies.undo_copy(actor=lead, job=job).state == CopyState.UNDOING
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.counts["undone"]) == (CopyState.UNDONE, 5)
    assert not TestCase.objects.living().in_project(away).exists()


def test_only_those_who_may_delete_there_take_it_back(project, away, lead, developer):
    job = copy(lead, project, away, case_ids=[write(project, lead).pk])
    with pytest.raises(Denied):
        copies.undo_copy(actor=developer, job=job)


def test_a_link_of_a_deleted_story_stays_behind(project, away, lead):
    case = write(project, lead)
    StoryFactory(project=project, cases=[case], deleted_at=timezone.now())
    copy(lead, project, away, case_ids=[case.pk])
    assert not TestCaseStory.objects.filter(project=away).exists()
