"""What several pages of reports answer alike."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext

from parkparty.core.forms import faults_of
from parkparty.reports import tasks
from parkparty.reports.models import FileJob


def answer_with_file(request: HttpRequest, ask: Callable[[], FileJob]) -> HttpResponse:
    """Put a file into the download centre, and go there."""
    try:
        job = ask()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        tasks.write_file.enqueue(job.pk)
    return redirect("reports:downloads")


def say_errors(request: HttpRequest, form: Form) -> None:
    """Tell what is wrong with a form of one line, on the page that it leads back to."""
    messages.error(request, faults_of(form))


def crumbs() -> list[tuple[str, str]]:
    """The way to a page below the list of reports."""
    return [(pgettext("复数", "报告"), reverse("reports:list"))]
