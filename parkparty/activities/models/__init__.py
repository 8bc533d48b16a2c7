"""Activities, their files, what is kept beside them, and how they are looked at."""

from parkparty.activities.models.files import (
    ActivityAttachment,
    ActivityPhoto,
    attachment_path,
    ending_of,
    photo_path,
    thumbnail_path,
)
from parkparty.activities.models.kept import JointHost, Leader, LeaderMark
from parkparty.activities.models.lists import CalendarFeed, ListChoice, SavedView
from parkparty.activities.models.records import Activity, ActivityHost, ActivityTheme, ActivityType

__all__ = [
    "Activity",
    "ActivityAttachment",
    "ActivityHost",
    "ActivityPhoto",
    "ActivityTheme",
    "ActivityType",
    "CalendarFeed",
    "JointHost",
    "Leader",
    "LeaderMark",
    "ListChoice",
    "SavedView",
    "attachment_path",
    "ending_of",
    "photo_path",
    "thumbnail_path",
]
