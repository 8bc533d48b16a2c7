"""All addresses."""

from django.urls import URLPattern, URLResolver, include, path

from parkparty.access.admin.site import site
from parkparty.activities import urls as activity_urls
from parkparty.core import http
from parkparty.coverage import urls as coverage_urls
from parkparty.coverage.views import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("accounts/", include("parkparty.signin.urls")),
    path("activities/", include("parkparty.activities.urls")),
    path("admin/", site.urls),
    path("", include("parkparty.access.urls")),
    path("api/v1/", include("parkparty.api.urls")),
    path("companies/", include("parkparty.companies.urls")),
    path("coverage/", include("parkparty.coverage.urls")),
    path("feedback/", http.feedback, name="feedback"),
    path("text-size/", http.choose_text_size, name="text_size"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("parkparty.engagement.urls")),
    path("founding/", include("parkparty.founding.urls")),
    path("notices/", include("parkparty.notices.urls")),
    path("organizations/", include(coverage_urls.organizations)),
    path("rules/", include("parkparty.rules.urls")),
    path("reports/", include("parkparty.reports.urls")),
    path("stations/", include(activity_urls.service_stations)),
    path("rosters/", include("parkparty.rosters.urls")),
]

handler400 = "parkparty.core.http.bad_request"
handler403 = "parkparty.core.http.forbidden"
handler404 = "parkparty.api.views.not_found"
handler500 = "parkparty.api.views.server_error"
