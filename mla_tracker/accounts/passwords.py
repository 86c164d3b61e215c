"""Passwords: argon2id; length instead of composition; what is guessed first refused (ASVS 6.2).

How easily a password is guessed is judged by zxcvbn: its lists of broken passwords, of names and words, of keyboard
rows, dates and repetitions, with the words of this office and of the person added. At least 10^8 guesses are asked for;
none of the 30,000 commonest passwords passes.
"""

import re
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from mla_tracker.core.errors import Invalid

SHORTEST: Final = 12
LONGEST: Final = 128
LEAST_SCORE: Final = 3
_JUDGED: Final = 72  # what follows only makes it longer; zxcvbn takes no more
_OFFICE_WORDS: Final = (
    "mla", "tracker", "extradition", "mutual", "legal", "assistance", "central", "authority", "centralauthority",
    "ministry", "justice", "caseworker", "supervisor", "administrator", "auditor", "register",
)  # fmt: skip
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # OWASP's first choice for argon2id
# Verified where there is no account, so that an unknown name costs the same time.
_NOBODY: Final = _HASHER.hash("nobody has this password")


def check_new(password: str, *, context: tuple[str, ...] = ()) -> None:
    """Refuse what is too short or too long, and what guessers try first. `context`: the person's name and address.

    Raises `Invalid` for the field `password`.
    """
    if len(password) < SHORTEST:
        raise Invalid({"password": f"Use at least {SHORTEST} characters."})
    if len(password) > LONGEST:
        raise Invalid({"password": f"Use at most {LONGEST} characters."})
    own = [word for text in context for word in (text, *re.split(r"[\W_]+", text)) if word]
    if zxcvbn(password[:_JUDGED], user_inputs=[*own, *_OFFICE_WORDS])["score"] < LEAST_SCORE:
        raise Invalid({"password": "This one is easily guessed. Choose a longer phrase without your own name."})


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def verified(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one; without a hash the same work is done and the answer is no."""
    try:
        _HASHER.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash) and len(password) <= LONGEST


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's and should be made anew at sign-in."""
    return _HASHER.check_needs_rehash(password_hash)
