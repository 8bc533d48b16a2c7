"""Uploaded rosters, what checking found in them, and what became of them."""

from parkparty.rosters.models.batches import (
    SILENT_AFTER,
    STUCK_AFTER,
    UNAPPLIED_DAYS,
    UNDO_DAYS,
    RosterBatch,
    upload_path,
)
from parkparty.rosters.models.parts import HeaderAlias, RosterIssue, RosterRepair, RosterRow, RosterWrite

__all__ = [
    "SILENT_AFTER",
    "STUCK_AFTER",
    "UNAPPLIED_DAYS",
    "UNDO_DAYS",
    "HeaderAlias",
    "RosterBatch",
    "RosterIssue",
    "RosterRepair",
    "RosterRow",
    "RosterWrite",
    "upload_path",
]
