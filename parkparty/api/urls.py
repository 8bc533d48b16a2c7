"""Addresses of the interface for programs, version 1. What is here stays; what would break a reader begins a v2."""

from django.urls import path

from parkparty.api import views

app_name = "api"
urlpatterns = [
    path("", views.docs, name="docs"),
    path("openapi.json", views.openapi, name="openapi"),
    path("figures/", views.figures, name="figures"),
    path("organizations/", views.organizations, name="organizations"),
    path("organizations/<str:code>/", views.organization, name="organization"),
    path("companies/", views.companies, name="companies"),
    path("companies/<str:pk>/", views.company, name="company"),
    path("activities/", views.activities, name="activities"),
    path("activities/<str:pk>/", views.activity, name="activity"),
]
