"""Words for the directory."""

from typing import Final

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

CHANNELS: Final = {
    "central_authority": _l("Central authority"),
    "diplomatic": _l("Diplomatic channel"),
    "interpol": _l("INTERPOL"),
    "direct": _l("Direct between authorities"),
    "judicial_network": _l("Judicial network"),
    "secure_platform": _l("Secure platform"),
    "post": _l("Post or courier"),
    "email": _l("E-mail"),
    "oral": _l("Oral, urgent"),
}
TREATIES: Final = {
    "UNCAC": _l("UN Convention against Corruption"),
    "UNTOC": _l("UN Convention against Transnational Organized Crime"),
    "BUDAPEST": _l("Convention on Cybercrime (Budapest)"),
}
STATUSES: Final = {
    "party": _l("Party"),
    "signatory": _l("Signed only"),
    "none-recorded": _l("Not recorded as a party"),
}
STATUS_SIGNS: Final = {"party": "done", "signatory": "running", "none-recorded": "new"}
ACTS: Final = {
    "ratification": _l("ratification"),
    "accession": _l("accession"),
    "acceptance": _l("acceptance"),
    "approval": _l("approval"),
    "succession": _l("succession"),
    "signature": _l("signature"),
}
# ISO 639: the languages in which authorities accept requests.
LANGUAGES: Final = (
    "am", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "da", "de", "dv", "dz", "el", "en", "es", "et", "fa",
    "fi", "fil", "fr", "ga", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km", "ko", "ky",
    "lb", "lo", "lt", "lv", "mk", "mn", "ms", "mt", "my", "nb", "ne", "nl", "pl", "ps", "pt", "ro", "ru", "rw",
    "si", "sk", "sl", "so", "sq", "sr", "sv", "sw", "ta", "tg", "th", "ti", "tk", "tr", "uk", "ur", "uz", "vi",
    "zh",
)  # fmt: skip


def languages() -> list[tuple[str, str]]:
    """The languages by their names in the reader's language."""
    names = get_locale().languages
    return sorted(((code, str(names.get(code, code))) for code in LANGUAGES), key=lambda pair: pair[1].casefold())
