"""Addresses of coverage, and of organisations, whose pages show what lies above their own floor."""

from django.urls import path

from parkparty.coverage.views import pages as views

app_name = "coverage"
urlpatterns = [
    path("", views.index, name="index"),
    path("areas/<slug:code>/", views.area_page, name="area"),
    path("parks/<slug:key>/", views.park_page, name="park"),
    path("organizations/<str:code>/", views.organization_coverage, name="organization"),
]

organizations = (
    [
        path("", views.organization_list, name="list"),
        path("<str:code>/", views.organization_detail, name="detail"),
    ],
    "organizations",
)
