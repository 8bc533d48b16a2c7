"""Addresses of the trail and of the histories of records."""

from django.urls import path

from parkparty.access import views

app_name = "access"
urlpatterns = [
    path("audit/", views.trail, name="trail"),
    path("history/<str:label>/<int:pk>/", views.history, name="history"),
]
