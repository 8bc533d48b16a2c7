"""Writes of reports: versions, periods, and the files that are fetched."""

from parkparty.reports.services.files import AT_ONCE, ask_for_file, sweep, write_file, write_version
from parkparty.reports.services.layouts import try_layout, upload_layout, use_layout
from parkparty.reports.services.mailing import send_due, start_mailing, stop_mailing
from parkparty.reports.services.making import make_report, measures_for, save_measures
from parkparty.reports.services.periods import (
    ask_to_freeze,
    close_period,
    freeze_asked,
    freeze_period,
    reopen_period,
)
from parkparty.reports.services.releases import decide_release

__all__ = [
    "AT_ONCE",
    "ask_for_file",
    "ask_to_freeze",
    "close_period",
    "decide_release",
    "freeze_asked",
    "freeze_period",
    "make_report",
    "measures_for",
    "reopen_period",
    "save_measures",
    "send_due",
    "start_mailing",
    "stop_mailing",
    "sweep",
    "try_layout",
    "upload_layout",
    "use_layout",
    "write_file",
    "write_version",
]
