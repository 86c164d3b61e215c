"""What a person prefers, between the account that keeps it and the browser that shows it.

The account's word counts: at each sign-in the browser takes it over, and what is chosen later goes to both.
"""

from collections.abc import Mapping
from dataclasses import replace

from werkzeug.wrappers import Response as AnyResponse

from mla_tracker.accounts.models import Account
from mla_tracker.accounts.services import change_preferences, preferences_of
from mla_tracker.web.context import current_account, db, services
from mla_tracker.web.look import DENSITY_COOKIE, KEYS_COOKIE, THEME_COOKIE
from mla_tracker.web.preferences import LANGUAGE_COOKIE, keep_in_browser, offered_language


def remember(chosen: Mapping[str, str]) -> None:
    """Keep what was chosen in the menu with the account of who is signed in; the names are those of the cookies."""
    account = current_account()
    if account is None:
        return
    was = preferences_of(account)
    wanted = replace(
        was,
        language=chosen.get(LANGUAGE_COOKIE) or offered_language(was.language) or services().languages[0],
        theme=chosen.get(THEME_COOKIE, was.theme),
        density=chosen.get(DENSITY_COOKIE, was.density),
        shortcuts=chosen[KEYS_COOKIE] == "on" if KEYS_COOKIE in chosen else was.shortcuts,
    )
    change_preferences(account, wanted, languages=services().languages)
    db().commit()


def show_as_account_wants(response: AnyResponse, account: Account) -> None:
    """Bring the browser to what the account holds."""
    chosen = {
        THEME_COOKIE: account.theme,
        DENSITY_COOKIE: account.density,
        KEYS_COOKIE: "on" if account.shortcuts else "off",
    }
    if language := offered_language(account.language):
        chosen[LANGUAGE_COOKIE] = language
    keep_in_browser(response, chosen)
