"""Addresses of companies."""

from django.urls import path

from parkparty.companies import views

app_name = "companies"

urlpatterns = [
    path("", views.company_list, name="list"),
    path("export/", views.export, name="export"),
    path("<int:pk>/", views.company_detail, name="detail"),
    path("<int:pk>/visits/", views.log_visit, name="log_visit"),
]
