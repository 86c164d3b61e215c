"""Which grounds are open, barred, and bound to duties, by legal basis. Sources stand with each row of the seed."""

import pytest

from mla_tracker.instruments.catalogue import Catalogue
from mla_tracker.instruments.duties import ASSUMED
from mla_tracker.instruments.grounds import Caution
from mla_tracker.instruments.queries import seed_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return seed_catalogue()


@pytest.mark.parametrize(
    ("bases", "kind", "ground", "open_"),
    [
        # UNCAC 46(21)(a)-(d), 46(9)(b); domestic law comes in through 46(21)(d).
        (["UNCAC"], "mla", "MLA_NONCONFORM", True),
        (["UNCAC"], "mla", "MLA_DUAL_CRIM", True),
        (["UNCAC"], "mla", "MLA_NE_BIS", True),  # a domestic ground
        (["UNCAC"], "mla", "MLA_FISCAL_LEGACY", False),  # only ECMA 2(a) and ETS 141 still know it
        (["UNCAC"], "mla", "EX_NATIONALITY", False),  # another kind of request
        (["UNCAC"], "freeze", "AR_DE_MINIMIS_VALUE", True),  # 55(7)
        (["UNCAC"], "mla", "AR_DE_MINIMIS_VALUE", False),
        (["ECMA"], "mla", "MLA_FISCAL_LEGACY", True),
        (["ECMA"], "mla", "MLA_NONCONFORM", False),
        (["ECMA"], "mla", "MLA_NE_BIS", False),  # ECMA opens no domestic grounds
        (["ECMA", "UNCAC"], "mla", "MLA_NE_BIS", True),  # the second basis does
        (["BUDAPEST"], "mla", "MLA_NE_BIS", True),  # Budapest 25(4), for assistance only
        (["RECIPROCITY"], "mla", "MLA_NO_RECIPROCITY", True),
        (["RECIPROCITY"], "mla", "MLA_TIME_BAR", True),
        (["LETTERS_ROGATORY"], "mla", "MLA_TIME_BAR", True),
        (["EU_EIO"], "mla", "MLA_IMMUNITY", True),  # EIO 11(1)(a)
        (["EU_EIO"], "mla", "MLA_SOVEREIGNTY", False),  # not among the eight
        (["ECE"], "extradition", "EX_NATIONALITY", True),  # ECE 6(1)(a)
        (["ECE"], "extradition", "EX_TORTURE", True),  # whatever the basis
        (["EU_EAW"], "extradition", "EX_NATIONALITY", False),
        (["UNCAC"], "extradition", "EX_PRIMA_FACIE", True),  # UNCAC 44(8)
    ],
)
def test_a_ground_is_open_relative_to_the_basis(
    catalogue: Catalogue, bases: list[str], kind: str, ground: str, open_: bool
) -> None:
    found = catalogue.grounds_available(bases, kind)
    assert found.warning is None
    assert (ground in {row.code for row in found.grounds}) is open_


@pytest.mark.parametrize(
    ("bases", "kind", "warning", "some"),
    [
        (["BILATERAL"], "mla", Caution.TREATY_DECIDES, "MLA_FISCAL_LEGACY"),
        (["UNCAC", "BILATERAL"], "mla", Caution.TREATY_DECIDES, "MLA_FISCAL_LEGACY"),
        (["NORDIC_AW"], "extradition", Caution.NOT_RECORDED, "EX_NATIONALITY"),
        (["BUDAPEST"], "extradition", Caution.NOT_RECORDED, "EX_POLITICAL"),
        (["IA_MLA"], "mla", Caution.NOT_RECORDED, "MLA_SOVEREIGNTY"),
        ([], "mla", Caution.NOT_RECORDED, "MLA_SOVEREIGNTY"),
    ],
)
def test_where_the_basis_says_nothing_all_grounds_are_shown_with_the_reason(
    catalogue: Catalogue, bases: list[str], kind: str, warning: Caution, some: str
) -> None:
    found = catalogue.grounds_available(bases, kind)
    every = {row.code for row in catalogue.grounds.values() if row.group == "refusal" and kind in row.applies}
    assert found.warning == warning
    assert {row.code for row in found.grounds} == every
    assert some in every


def test_bars_postponements_and_deficiencies_are_no_grounds_for_refusal(catalogue: Catalogue) -> None:
    groups = {
        row.group for bases in (["UNCAC"], ["BILATERAL"]) for row in catalogue.grounds_available(bases, "mla").grounds
    }
    assert groups == {"refusal"}


@pytest.mark.parametrize(
    ("bases", "kind", "bar", "scope", "grounds"),
    [
        (["UNCAC"], "mla", "BAR_BANK_SECRECY", "any", {"BAR_BANK_SECRECY"}),  # 46(8)
        (["UNCAC"], "freeze", "BAR_BANK_SECRECY", "any", {"BAR_BANK_SECRECY"}),  # 55(3)
        (["UNCAC"], "mla", "BAR_FISCAL_SOLE_MLA", "sole", {"BAR_FISCAL_SOLE_MLA", "MLA_FISCAL_LEGACY"}),  # 46(22)
        (["ECE", "UNCAC"], "extradition", "BAR_POLITICAL_UNCAC", "any", {"BAR_POLITICAL_UNCAC", "EX_POLITICAL"}),
        (["EU_EIO"], "mla", "BAR_TAX_KIND", "any", {"BAR_TAX_KIND"}),  # EIO 11(3)
    ],
)
def test_what_a_basis_forbids(
    catalogue: Catalogue, bases: list[str], kind: str, bar: str, scope: str, grounds: set[str]
) -> None:
    found = {row.bar: row for row in catalogue.bars(bases, kind)}
    assert found[bar].scope == scope
    assert set(found[bar].grounds) == grounds
    assert found[bar].article


@pytest.mark.parametrize(("bases", "kind"), [(["ECMA"], "mla"), (["ECE"], "extradition"), ([], "mla")])
def test_a_basis_that_forbids_nothing_bars_nothing(catalogue: Catalogue, bases: list[str], kind: str) -> None:
    assert catalogue.bars(bases, kind) == []


def test_bank_secrecy_is_barred_even_where_another_treaty_displaces_the_rest(catalogue: Catalogue) -> None:
    """UNCAC 46(8) stands before 46(9)-(29)."""
    found = {row.bar for row in catalogue.bars(["UNCAC"], "mla", ASSUMED - {"UNCAC_9_29"})}
    assert found == {"BAR_BANK_SECRECY"}


@pytest.mark.parametrize(
    ("basis", "kind", "act", "grounds", "owed"),
    [
        # 46(26) names refusal under paragraph 21 and postponement under 25; 46(23) asks for reasons of any refusal.
        ("UNCAC", "mla", "refuse", ["MLA_SOVEREIGNTY"], {"consult", "give_reasons"}),
        ("UNCAC", "mla", "refuse", ["MLA_DUAL_CRIM"], {"give_reasons"}),  # rests on 46(9), which 46(26) does not name
        ("UNCAC", "mla", "refuse", ["MLA_TIME_BAR"], {"consult", "give_reasons"}),  # a domestic ground: 46(21)(d)
        ("UNCAC", "mla", "postpone", ["PP_ONGOING"], {"consult"}),
        ("UNCAC", "freeze", "refuse", ["AR_INSUFF_EVIDENCE"], {"give_reasons"}),  # 55(7) is not paragraph 21
        ("UNCAC", "extradition", "refuse", ["EX_NATIONALITY"], {"consult"}),  # 44(17); no duty of reasons
        ("ECMA", "mla", "refuse", ["MLA_SOVEREIGNTY"], {"give_reasons"}),
        ("ECE", "extradition", "refuse", ["EX_POLITICAL"], {"give_reasons", "notify"}),  # 18(1)-(2)
        ("EU_EIO", "mla", "refuse", ["MLA_IMMUNITY"], {"consult", "ask_information", "notify"}),  # 11(4), 16(3)(a)
        ("EU_EIO", "mla", "refuse", ["MLA_DUAL_CRIM"], {"notify"}),  # 11(4) does not name (g)
        ("EU_EAW", "extradition", "refuse", ["EX_AGE"], {"give_reasons", "notify"}),
        ("EU_FREEZE", "freeze", "refuse", ["MLA_NE_BIS"], {"consult", "ask_information", "notify"}),  # 8(2)
        ("EU_FREEZE", "freeze", "lift_freeze", [], {"consult"}),
        ("BILATERAL", "mla", "refuse", ["MLA_SOVEREIGNTY"], set()),
        ("UNCAC", "mla", "refuse", [], {"give_reasons"}),
    ],
)
def test_duties_follow_the_basis(
    catalogue: Catalogue, basis: str, kind: str, act: str, grounds: list[str], owed: set[str]
) -> None:
    assert {row.duty for row in catalogue.duties(basis, kind, act, grounds)} == owed


def test_no_duty_is_listed_that_the_text_does_not_lay(catalogue: Catalogue) -> None:
    for row in catalogue.duty_rows.values():
        for kind in row.applies:
            assert row.force != "none" or row not in catalogue.duties(row.basis, kind, row.act, row.grounds)


def test_the_rules_on_procedure_give_way_to_another_treaty(catalogue: Catalogue) -> None:
    """UNCAC 46(7)."""
    assert catalogue.duties("UNCAC", "mla", "refuse", ["MLA_SOVEREIGNTY"], ASSUMED - {"UNCAC_9_29"}) == []


def test_information_is_asked_for_only_where_it_does_not_suffice(catalogue: Catalogue) -> None:
    """ECE 13, EAW 15(2)."""
    without = catalogue.duties("EU_EAW", "extradition", "refuse", ["EX_AGE"])
    lacking = catalogue.duties("EU_EAW", "extradition", "refuse", ["EX_AGE"], {*ASSUMED, "INFORMATION_INSUFFICIENT"})
    assert {row.duty for row in lacking} - {row.duty for row in without} == {"ask_information"}


def test_a_basis_without_any_recorded_duty_is_told_apart(catalogue: Catalogue) -> None:
    assert catalogue.duties_recorded("UNCAC")
    assert not catalogue.duties_recorded("BILATERAL")


def test_a_basis_for_asset_requests_alone_serves_assistance(catalogue: Catalogue) -> None:
    assistance = {row.code for row in catalogue.bases_covering("mla")}
    assert {"EU_FREEZE", "UNCAC", "DOMESTIC"} <= assistance
    assert {row.code for row in catalogue.bases_covering("extradition")} >= {"ECE", "EU_EAW"}
    assert "ECE" not in assistance


def test_force_depends_on_the_basis(catalogue: Catalogue) -> None:
    ground = catalogue.grounds["EX_TIME_BAR"]
    assert (ground.force_under("ECE"), ground.force_under("EU_EAW")) == ("mandatory", "discretionary")


def test_postponement_of_extradition_rests_on_other_treaties_or_domestic_law(catalogue: Catalogue) -> None:
    """The seed report, para 15: the Convention itself has no postponement of extradition."""
    assert "PP_SURRENDER_TRIAL" in {row.code for row in catalogue.postponement_grounds(["ECE"], "extradition")}
    assert [row.code for row in catalogue.postponement_grounds(["BUDAPEST"], "freeze")] == ["PP_ONGOING"]
    assert {row.group for row in catalogue.conditions_available(["UNCAC"], "mla")} == {"condition"}
    assert {row.code[:3] for row in catalogue.deficiencies("extradition")} == {"DF_"}
