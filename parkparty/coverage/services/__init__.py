"""Writes of coverage, by what they keep."""

from parkparty.coverage.services.keeping import set_target, take_snapshot

__all__ = ["set_target", "take_snapshot"]
