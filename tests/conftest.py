"""What holds for every test: hypothesis draws the same examples each run and minds no clock."""

from hypothesis import settings

settings.register_profile("yinuo", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("yinuo")
