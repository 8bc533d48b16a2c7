"""Files of reports: asked for, written in the background, kept for some days."""

from __future__ import annotations

import datetime as dt
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from parkparty.accounts.models import User
from parkparty.core.dates import Period
from parkparty.coverage.figures import Node
from parkparty.reports.choices import FILE_DAYS, FileFormat, JobState, ReportKind
from parkparty.reports.documents.blocks import Imprint
from parkparty.reports.documents.writing import write
from parkparty.reports.models import STUCK_AFTER, FileJob, Release, ReportVersion
from parkparty.reports.services.mailing import may_still_see, tell_recipient
from parkparty.reports.services.making import make_report, of_period

AT_ONCE = 5
"""Files that one user may have in the making."""


@transaction.atomic
def ask_for_file(
    node: Node,
    period: Period,
    *,
    format: FileFormat,
    by: User,
    kind: ReportKind = ReportKind.COVERAGE,
    version: ReportVersion | None = None,
) -> FileJob:
    """Put a file into the download centre, of ``version`` or of one that is generated first; the caller enqueues it.

    Raises:
        ValidationError: the user has enough files in the making already.
    """
    User.objects.select_for_update().get(pk=by.pk)
    if FileJob.objects.filter(asked_by=by, asked_at__gt=_dead_before()).busy().count() >= AT_ONCE:
        raise ValidationError(_("已有 %(number)d 个文件正在生成，完成后再申请。") % {"number": AT_ONCE})
    return FileJob.objects.create(**of_period(node, period), version=version, kind=kind, format=format, asked_by=by)


def write_file(key: int) -> None:
    """Generate what a job asks for and keep it until it expires. A job that was taken up already is left alone.

    A public edition that is not released holds its files back; ``decide_release`` lets them go on.
    """
    taken = FileJob.objects.filter(pk=key, state=JobState.WAITING).update(state=JobState.COUNTING)
    if not taken:
        return
    job = FileJob.objects.select_related("area", "park", "organization", "version", "asked_by").get(pk=key)
    try:
        if not may_still_see(job):
            raise ValidationError(_("开始生成时，收件人已看不到这个单位的报告。"))
        maker = None if job.mailing_id else job.asked_by
        version = job.version or make_report(job.node, job.period, by=maker, kind=ReportKind(job.kind))[0]
        if not _goes_on(job, version):
            return
        with TemporaryFile() as content:
            write_version(version, FileFormat(job.format), content)
            job.refresh_from_db()
            job.size, job.state = content.tell(), JobState.READY
            job.file.save("", File(content), save=False)
        job.expires_at = timezone.now() + dt.timedelta(days=FILE_DAYS)
        with transaction.atomic():
            job.save()
            if job.mailing_id:
                tell_recipient(job)
    except ValidationError as refusal:
        told = " ".join(refusal.messages)[:300]
        FileJob.objects.filter(pk=key).update(state=JobState.FAILED, refusal=told)
    except BaseException:
        FileJob.objects.filter(pk=key).update(state=JobState.FAILED)
        raise


@transaction.atomic
def _goes_on(job: FileJob, version: ReportVersion) -> bool:
    """Say that the file is being written, or that it waits for the release of its version, which is not decided now."""
    list(Release.objects.select_for_update().filter(version=version))
    may_leave = version.may_leave
    state = JobState.WRITING if may_leave else JobState.HELD
    FileJob.objects.filter(pk=job.pk).update(state=state, version=version)
    return may_leave


def write_version(version: ReportVersion, format: FileFormat, out: IO[bytes]) -> None:
    """Write a version as a file; the same version always gives the same bytes.

    Raises:
        ValidationError: it is a public edition that is not released.
    """
    if not version.may_leave:
        raise ValidationError(_("公开版由另一人批准后才能下载。"))
    own_layout = b""
    if version.layout and format == FileFormat.DOCX:
        with version.layout.file.open("rb") as file:
            own_layout = file.read()
    with translation.override(settings.LANGUAGE_CODE):
        write(version.report, Imprint(version.data_at, version.sha256), format, out, own_layout)


def sweep() -> tuple[int, int]:
    """Delete files whose time is over and say of dead jobs that nothing came; how many of each."""
    expired = list(FileJob.objects.filter(expires_at__lte=timezone.now()))
    for job in expired:
        job.file.delete(save=False)
        job.delete()
    dead = FileJob.objects.filter(asked_at__lte=_dead_before()).busy().update(state=JobState.FAILED)
    return len(expired), dead


def _dead_before() -> dt.datetime:
    return timezone.now() - STUCK_AFTER
