"""Property tests of the inference have no time limit: a timing is never a test."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
