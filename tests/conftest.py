"""What holds for every test. None may fail for being slow: Hypothesis gives an example 200 ms unless told otherwise."""

from hypothesis import HealthCheck, settings

settings.register_profile("corkboard", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("corkboard")
