"""The table of who may do what, held against the sentences that explain it."""

import pytest

from mla_tracker.accounts.actor import SYSTEM, Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from mla_tracker.accounts.queries import actor_of

CHANGES_CASES = {
    Permission.REQUEST_REGISTER, Permission.REQUEST_WORK, Permission.REQUEST_DECIDE, Permission.REQUEST_APPROVE,
    Permission.REQUEST_SEND, Permission.REQUEST_CLOSE, Permission.REQUEST_CORRECT, Permission.REQUEST_REOPEN,
    Permission.CUSTODY_RECORD, Permission.PROCEEDING_WORK, Permission.CASE_IMPORT, Permission.CASE_RESTRICT,
    Permission.CASE_EMERGENCY,
}  # fmt: skip
SHOWS_CASES = {Permission.CASE_READ, Permission.CASE_EXPORT, Permission.DEADLINE_READ}
ADMINISTERS = {Permission.ADMIN_PEOPLE, Permission.ADMIN_CODES, Permission.ADMIN_OFFICE, Permission.ADMIN_MAIL}


def test_every_role_stands_in_the_table_and_every_permission_has_somebody() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert set().union(*ROLE_PERMISSIONS.values()) == set(Permission)


def test_an_administrator_neither_sees_nor_changes_a_case() -> None:
    assert ROLE_PERMISSIONS[Role.ADMINISTRATOR].isdisjoint(CHANGES_CASES | SHOWS_CASES)
    assert ROLE_PERMISSIONS[Role.ADMINISTRATOR].isdisjoint({Permission.DASHBOARD_READ, Permission.STATISTICS_READ})


def test_an_auditor_reads_and_changes_nothing() -> None:
    assert ROLE_PERMISSIONS[Role.AUDITOR].isdisjoint(CHANGES_CASES | ADMINISTERS)
    assert ROLE_PERMISSIONS[Role.AUDITOR] >= SHOWS_CASES | {Permission.AUDIT_READ}


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SUPERVISOR])
def test_who_works_on_cases_does_not_administer_people_or_read_the_trail(role: Role) -> None:
    assert ROLE_PERMISSIONS[role].isdisjoint(ADMINISTERS | {Permission.AUDIT_READ})


def test_approving_reopening_importing_and_figures_over_restricted_cases_are_the_supervisors() -> None:
    more = ROLE_PERMISSIONS[Role.SUPERVISOR] - ROLE_PERMISSIONS[Role.CASEWORKER]
    assert ROLE_PERMISSIONS[Role.SUPERVISOR] > ROLE_PERMISSIONS[Role.CASEWORKER]
    assert more == {
        Permission.REQUEST_APPROVE, Permission.REQUEST_REOPEN, Permission.CASE_IMPORT, Permission.DASHBOARD_READ,
        Permission.STATISTICS_RESTRICTED,
    }  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_an_actor_may_what_his_role_may_and_a_disabled_one_nothing(role: Role) -> None:
    actor = actor_of(Account(id=1, name="Marta", role=role.value, active=True))
    assert {permission for permission in Permission if actor.may(permission)} == ROLE_PERMISSIONS[role]
    gone = actor_of(Account(id=1, name="Marta", role=role.value, active=False))
    assert not any(gone.may(permission) for permission in Permission)


def test_the_product_itself_may_everything_and_is_nobody() -> None:
    assert Actor(None, "system", None, frozenset(Permission)) == SYSTEM
