"""Addresses of rules."""

from django.urls import path

from parkparty.rules import views

app_name = "rules"
urlpatterns = [
    path("", views.rule_list, name="list"),
    path("duties/", views.duty_grid, name="duties"),
    path("dues/", views.dues_calculator, name="dues"),
    path("sizes/", views.size_calculator, name="sizes"),
    path("<str:code>/", views.rule_detail, name="detail"),
    path("<str:code>/set/", views.rule_set, name="set"),
    path("<str:code>/end/", views.rule_end, name="end"),
]
