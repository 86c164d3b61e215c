"""Words for the code lists, their fields and their values."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

LISTS: Final[Mapping[str, Any]] = {
    "legal_basis": _l("Legal bases"),
    "ground": _l("Grounds, conditions, deficiencies"),
    "duty": _l("Duties before and upon refusal"),
    "bar": _l("What a basis forbids as a ground"),
    "offence": _l("Offences"),
    "assistance_type": _l("Types of assistance"),
    "authority_type": _l("Types of authority"),
    "delay_reason": _l("Reasons for delay"),
    "time_limit": _l("Time limits"),
}
KINDS: Final = {
    "mla": _l("Mutual legal assistance"),
    "extradition": _l("Extradition"),
    "freeze": _l("Asset requests"),
}
BASIS_KINDS: Final = {
    "multilateral": _l("Multilateral treaty"),
    "regional": _l("Regional instrument"),
    "bilateral": _l("Bilateral treaty"),
    "reciprocity": _l("Reciprocity"),
    "domestic": _l("Domestic law"),
    "letters_rogatory": _l("Letters rogatory"),
}
GROUPS: Final = {
    "refusal": _l("Ground for refusal"),
    "bar": _l("Barred ground"),
    "postponement": _l("Ground for postponement"),
    "condition": _l("Condition"),
    "deficiency": _l("Deficiency"),
    "not_executed": _l("Not executed"),
    "discharge": _l("Discharge"),
}
FORCES: Final = {
    "mandatory": _l("Must be relied on"),
    "discretionary": _l("May be relied on"),
    "barred": _l("Barred"),
}
DUTY_ACTS: Final = {
    "refuse": _l("Refusing"),
    "partial": _l("Refusing a part"),
    "postpone": _l("Postponing"),
    "lift_freeze": _l("Lifting a measure"),
}
DUTIES: Final = {
    "consult": _l("Consult"),
    "give_reasons": _l("Give reasons"),
    "ask_information": _l("Ask for information"),
    "hear": _l("Hear"),
    "notify": _l("Notify"),
}
TOWARDS: Final = {
    "requesting_state": _l("The requesting State"),
    "person_sought": _l("The person sought"),
    "affected_person": _l("The person affected"),
}
DUTY_FORCES: Final = {
    "required": _l("Required"),
    "where_appropriate": _l("Where appropriate, or the reason why not"),
    "none": _l("The text lays no such duty"),
}
CONDITIONS: Final = {
    "always": _l("Whenever the basis is applied"),
    "UNCAC_9_29": _l("No other treaty on assistance, UNCAC 46(7)"),
    "UNTOC_9_29": _l("No other treaty on assistance, UNTOC 18(7)"),
    "DRUGS88_8_19": _l("No other treaty on assistance, 1988 Convention 7(7)"),
    "BUDAPEST_27": _l("No other treaty or arrangement, Budapest 27(1)"),
    "INFORMATION_INSUFFICIENT": _l("The information does not allow a decision"),
    "FREEZE_UNDER_55": _l("A measure was taken under UNCAC 55"),
    "PERSON_NOT_CONSENTING": _l("The person sought does not consent"),
}
COERCIVE: Final = {"yes": _l("Yes"), "no": _l("No"), "depends": _l("Depends on the case")}
STAGES: Final = {"freeze": _l("Freezing"), "confiscate": _l("Confiscation"), "return": _l("Return")}
SIDES: Final = {
    "requesting": _l("Requesting State"),
    "requested": _l("Requested State"),
    "both": _l("Both"),
    "external": _l("Neither"),
}
TYPE_GROUPS: Final = {"directory": _l("Directory of the expert meeting"), "other": _l("Other")}
BAR_SCOPES: Final = {"any": _l("Never"), "sole": _l("Not alone")}
YES_NO: Final = {True: _l("Yes"), False: _l("No")}
