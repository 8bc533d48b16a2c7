"""The home page of each role, and the pages of coverage and of organisations."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What the reader's roles have to do and to see, most urgent first."""
    return render(request, "home.html")
