"""For all tests: no case fails for being slow, which depends on the machine."""

from hypothesis import settings

settings.register_profile("carbonlabel", deadline=None)
settings.load_profile("carbonlabel")
