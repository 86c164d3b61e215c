"""Notes, tasks, links and tags: what they leave on the file, who may be meant, and who sees what of it."""

from datetime import date, timedelta

import pytest

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases import notes, saved_views
from mla_tracker.cases.listing import CaseFilter, cases_page
from mla_tracker.cases.models import Case
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.queries import entries_of
from mla_tracker.cases.work_queries import CaseWork, mark_seen, mentions_of, tasks_of, work_of
from mla_tracker.casework.act import act
from mla_tracker.core.errors import Invalid, NotPermitted
from tests.factories.office import NOW, World

SOON = date(2026, 9, 10)


def write(world: World, case: Case, change: object, *given: object, by: Actor | None = None) -> object:
    with act(world.office, world.session, case.id, actor=by or world.officer, recorded_at=NOW) as opened:
        assert isinstance(opened, OpenAct)
        return change(opened, *given)  # type: ignore[operator]


def work(world: World, case: Case, actor: Actor | None = None) -> CaseWork:
    return work_of(world.session, actor or world.officer, case.id)


def codes(world: World, case: Case) -> list[str]:
    return [entry.code for entry in entries_of(world.session, case.id)]


def found(world: World, words: str = "", tag: str = "") -> list[str]:
    filters = CaseFilter(words=words, tag=tag)
    page = cases_page(world.session, world.officer, filters, order="newest", today=SOON, after=None)
    return [row.reference for row in page.rows]


def test_a_note_stands_on_the_file_is_found_and_waits_for_whom_it_mentions(world: World) -> None:
    case = world.register()
    status = case.status
    write(world, case, notes.add_note, "The *bank* asked for the Zugspitze account.", [world.other_officer.account_id])
    (line,) = work(world, case).notes
    assert (line.what, line.who, line.about) == ("The *bank* asked for the Zugspitze account.", "marta", "dinh")
    assert codes(world, case)[-1] == "note_added"
    assert case.status == status
    assert found(world, "zugspitze") == [case.reference]
    (mention,) = mentions_of(world.session, world.other_officer)
    assert mention.reference == case.reference
    mark_seen(world.session, world.officer, mention.id, NOW)  # another's mention is not his to take away
    assert mentions_of(world.session, world.other_officer)
    mark_seen(world.session, world.other_officer, mention.id, NOW)
    assert not mentions_of(world.session, world.other_officer)


def test_nobody_is_told_of_a_request_that_he_may_not_read(world: World) -> None:
    case = world.register(confidentiality="restricted")
    with pytest.raises(Invalid, match="can read this request"):
        write(world, case, notes.add_note, "Secret.", [world.other_officer.account_id])
    with pytest.raises(Invalid, match="can read this request"):
        write(world, case, notes.add_task, "Secret.", SOON, world.other_officer.account_id)
    assert not work(world, case).notes


@pytest.mark.parametrize("text", ["", "  \n", "x" * (notes.LONGEST_NOTE + 1)])
def test_a_note_has_words_and_an_end(world: World, text: str) -> None:
    with pytest.raises(Invalid):
        write(world, world.register(), notes.add_note, text)


def test_a_task_stands_in_the_work_of_its_assignee_until_it_is_done(world: World) -> None:
    case = world.register()
    write(world, case, notes.add_task, "Call the bank", SOON, world.other_officer.account_id)
    write(world, case, notes.add_task, "Earlier", SOON - timedelta(days=3), world.other_officer.account_id)
    mine = tasks_of(world.session, world.other_officer)
    assert [task.what for task in mine] == ["Earlier", "Call the bank"]
    write(world, case, notes.end_task, mine[0].id)
    write(world, case, notes.end_task, mine[0].id)
    assert [task.what for task in tasks_of(world.session, world.other_officer)] == ["Call the bank"]
    assert [(task.what, task.at is not None) for task in work(world, case).tasks] == [
        ("Call the bank", False),
        ("Earlier", True),
    ]
    assert codes(world, case).count("task_done") == 1
    with pytest.raises(Invalid):
        write(world, world.register(their_reference="B"), notes.end_task, mine[1].id)


def test_a_task_says_what_by_when_and_by_whom(world: World) -> None:
    with pytest.raises(Invalid) as problem:
        write(world, world.register(), notes.add_task, " ", None, None)
    assert set(problem.value.errors) == {"what", "due_on", "assignee_id"}


def test_a_link_shows_at_both_ends_to_whoever_may_see_the_other(world: World) -> None:
    one, secret = world.register(), world.register(confidentiality="restricted", their_reference="S 1")
    write(world, secret, notes.link_to, one.reference.lower(), "same_person")
    assert [link.what for link in work(world, one).links] == [secret.reference]
    assert [link.what for link in work(world, secret).links] == [one.reference]
    assert work(world, one, world.other_officer).links == []
    for reference, kind in ((one.reference, "same_person"), (secret.reference, "competing"), ("nothing", "competing")):
        with pytest.raises(Invalid):
            write(world, secret, notes.link_to, reference, kind)
    with pytest.raises(Invalid):
        write(world, one, notes.link_to, secret.reference, "competing", by=world.other_officer)  # not seen, not there
    write(world, one, notes.unlink, work(world, one).links[0].id)
    assert work(world, secret).links == []


def test_a_tag_gathers_requests(world: World) -> None:
    case = world.register()
    assert write(world, case, notes.add_tag, " Pílot  Run,") is True
    before = codes(world, case)
    write(world, case, notes.add_tag, "pilot run")
    assert codes(world, case) == before
    assert list(work(world, case).tags) == ["pilot run"]
    assert found(world, tag="Pilot Run") == [case.reference]
    assert found(world, tag="other") == []
    write(world, case, notes.remove_tag, "pilot run")
    assert found(world, tag="pilot run") == []
    for typed in ("", " , ", "x" * 60):
        with pytest.raises(Invalid):
            write(world, case, notes.add_tag, typed)


def test_who_only_reads_writes_nothing(world: World) -> None:
    case = world.register()
    reader = Actor(None, "reader", None, world.officer.permissions - {Permission.REQUEST_WORK})
    with pytest.raises(NotPermitted):
        write(world, case, notes.add_tag, "word", by=reader)


def test_a_view_is_kept_for_oneself_or_for_all_and_only_its_owner_drops_it(world: World) -> None:
    session, mine, other = world.session, world.officer, world.other_officer
    saved_views.keep_view(session, mine, " My  late ones ", "overdue=1", shared=False)
    saved_views.keep_view(session, mine, "My late ones", "overdue=1&order=newest", shared=False)
    saved_views.keep_view(session, mine, "Brazil", "state=BR", shared=True)
    assert [(view.name, view.query) for view in saved_views.views_of(session, mine)] == [
        ("Brazil", "state=BR"),
        ("My late ones", "overdue=1&order=newest"),
    ]
    (seen,) = saved_views.views_of(session, other)
    assert (seen.name, seen.by) == ("Brazil", "marta")
    saved_views.drop_view(session, other, seen.id)
    assert saved_views.views_of(session, other)
    saved_views.drop_view(session, mine, seen.id)
    assert not saved_views.views_of(session, other)
    for name, query in (("", "open=1"), ("x" * 61, "open=1"), ("long", "q=" + "x" * 3_000)):
        with pytest.raises(Invalid):
            saved_views.keep_view(session, mine, name, query, shared=False)
