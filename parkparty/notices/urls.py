"""Addresses of the inbox."""

from django.urls import path

from parkparty.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read, name="read"),
    path("mail/", views.mail, name="mail"),
]
