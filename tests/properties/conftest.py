"""How much input Hypothesis makes: little and always the same in the suite, much by ``make fuzz``."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "suite", max_examples=25, derandomize=True, deadline=None, database=None, suppress_health_check=[*HealthCheck]
)
settings.register_profile("fuzz", max_examples=2_000, deadline=None, suppress_health_check=[*HealthCheck])
settings.load_profile("suite")
