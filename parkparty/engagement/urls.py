"""Addresses of reminders and of handing over."""

from django.urls import path

from parkparty.engagement import views

app_name = "engagement"
urlpatterns = [
    path("missing/", views.missing, name="missing"),
    path("missing/urge/", views.urge, name="urge"),
    path("people/<int:pk>/handover/", views.handover, name="handover"),
]
