"""Addresses of rules."""

from django.urls import path

from parkparty.rules import views

app_name = "rules"
urlpatterns = [path("", views.rule_list, name="list")]
