"""What can go wrong in the registry. The HTTP edge turns each into problem+json, the command line into a sentence.

RegistryError
├── HomeError               the home folder, its configuration or its port cannot be used
│   ├── DatabaseTooNew      written by a newer carbonlabel: upgrade the program
│   └── DatabaseTooOld      the public log has gone further: restore a newer backup
├── LogOutOfReach           the public log cannot be looked at: nothing can be appended for now
├── NotFound                no such thing
├── NotAuthenticated        no token, or not a good one
│   └── SignInRefused       e-mail, password or code is wrong; which, is not said
├── NotAllowed              a good token, but not for this
├── TooManyAttempts         one has to wait before the next
├── LinkEnded               a link sent by mail is not good, or no more
├── InvalidInput            a value in the request; ``path`` names the field
├── Stopping                the server stops before all that was asked for is done
├── WrongState              the thing is not in a state in which this can be done
└── Refused                 the declaration has findings that block; ``findings`` lists them all
"""

import math
from collections.abc import Sequence
from datetime import timedelta

from registry.sentences import Sentence, sentence
from schemas.findings import Finding


class RegistryError(Exception):
    """Root of the tree. ``slug`` is the stable tail of the problem's ``type``.

    What went wrong is a sentence: its English ``words``, in which ``{places}`` stand for the values. As a text it is
    English; ``said`` tells it in the reader's language.
    """

    slug = "error"
    status = 500
    title = "Something went wrong"

    def __init__(self, words: str | Sentence, /, **values: object) -> None:
        self.sentence = words if isinstance(words, Sentence) else sentence(words, **values)
        super().__init__(str(self.sentence))

    def said(self, language: str) -> str:
        """What went wrong, in ``language``."""
        return self.sentence.text(language)


class HomeError(RegistryError):
    """The home cannot be used; the message says what to do."""

    slug = "home"


class DatabaseTooNew(HomeError):
    """The database was written by a newer version of the program."""


class DatabaseTooOld(HomeError):
    """The public log has entries that the database lacks: what is appended now would take their place."""


class LogOutOfReach(RegistryError):
    """Whether the public log has gone further than the database cannot be told, so nothing may be appended."""

    slug, status, title = "log-out-of-reach", 503, "Try again later"


class NotFound(RegistryError):
    """No such thing."""

    slug, status, title = "not-found", 404, "Not found"


class NotAuthenticated(RegistryError):
    """No bearer token, or none that is known and in date."""

    slug, status, title = "not-authenticated", 401, "A token is needed"


class SignInRefused(NotAuthenticated):
    """E-mail, password or code is wrong. Which of them, or whether there is such an account, is never said."""

    slug, title = "sign-in-refused", "Not signed in"


class TooManyAttempts(RegistryError):
    """One has to wait before the next attempt, whether there is such an account or not."""

    slug, status, title = "too-many-attempts", 429, "Too many attempts"

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(math.ceil(wait.total_seconds()), 1)
        super().__init__("wait {seconds} seconds, then try again", seconds=self.seconds)


class LinkEnded(RegistryError):
    """A link sent by mail is not known, was used, or has ended."""

    slug, status, title = "link-ended", 410, "This link has ended"


class NotAllowed(RegistryError):
    """The token is good, but not for this."""

    slug, status, title = "not-allowed", 403, "Not allowed"


class InvalidInput(RegistryError):
    """A value in the request is not of the form asked for. ``findings`` say it in both languages, if not empty."""

    slug, status, title = "invalid-input", 400, "Invalid input"

    def __init__(self, words: str | Sentence, path: str, findings: Sequence[Finding] = (), /, **values: object) -> None:
        super().__init__(words, **values)
        self.path = path
        self.findings = tuple(findings)

    def said(self, language: str) -> str:
        """What is wrong, in ``language``."""
        told = " ".join(one.message[language] for one in self.findings)
        return told.rstrip(".。") or super().said(language)


class Stopping(RegistryError):
    """The server was told to stop before all that was asked for was done."""

    slug, status, title = "stopping", 503, "The server is stopping"


class WrongState(RegistryError):
    """The thing is not in a state in which this can be done."""

    slug, status, title = "wrong-state", 409, "Not possible now"


class Refused(RegistryError):
    """A declaration has findings that block."""

    slug, status, title = "findings", 422, "The declaration has errors"

    def __init__(self, words: str | Sentence, findings: Sequence[Finding], /, **values: object) -> None:
        super().__init__(words, **values)
        self.findings = tuple(findings)
