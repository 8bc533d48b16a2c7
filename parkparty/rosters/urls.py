"""Addresses of the roster import."""

from django.urls import path

from parkparty.rosters import views

app_name = "rosters"
urlpatterns = [
    path("", views.roster_list, name="list"),
    path("new/", views.upload, name="upload"),
    path("template/", views.template, name="template"),
    path("<int:pk>/", views.batch, name="batch"),
    path("<int:pk>/apply/", views.apply, name="apply"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/recheck/", views.recheck, name="recheck"),
    path("<int:pk>/repair/", views.repair, name="repair"),
    path("<int:pk>/replace/", views.replace, name="replace"),
    path("<int:pk>/annotated/", views.annotated, name="annotated"),
    path("<int:pk>/undo/", views.undo, name="undo"),
]
