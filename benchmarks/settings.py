"""The settings of the site, with the floor page beside its pages."""

from parkparty.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.floor"
