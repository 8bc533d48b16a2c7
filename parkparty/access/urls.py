"""Addresses of the trail."""

from django.urls import path

from parkparty.access import views

app_name = "access"
urlpatterns = [
    path("", views.trail, name="trail"),
]
