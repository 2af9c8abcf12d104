"""Property tests here are judged by what they find, not by how long an example takes."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("formats", deadline=None)
settings.load_profile("formats")
