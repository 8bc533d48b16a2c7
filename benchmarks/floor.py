"""The floor page of the benchmark, beside all pages of the site: session, user, one query, 25 rows, bare template."""

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from parkparty.companies.models import Company
from parkparty.urls import *  # noqa: F403
from parkparty.urls import urlpatterns as pages

PAGE = "<!DOCTYPE html><title>{{ user }}</title><ul>{% for row in rows %}<li>{{ row.name }}</li>{% endfor %}</ul>"


@login_required
def floor(request: HttpRequest) -> HttpResponse:
    """What any signed-in page costs at least."""
    rows = Company.objects.order_by("name", "id")[:25]
    return HttpResponse(engines["django"].from_string(PAGE).render({"rows": rows}, request))


@login_required
def forget(request: HttpRequest) -> HttpResponse:
    """Let the process forget what it keeps as drawn, so that the next page is opened as for the first time."""
    cache.clear()
    return HttpResponse()


urlpatterns = [path("floor/", floor), path("floor/forget/", forget), *pages]
