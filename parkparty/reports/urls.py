"""Addresses of reports."""

from django.urls import path

from parkparty.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.report_list, name="list"),
    path("make/", views.make, name="make"),
    path("measures/", views.measures, name="measures"),
    path("periods/", views.periods, name="periods"),
    path("periods/close/", views.close, name="close"),
    path("periods/<int:pk>/freeze/", views.freeze, name="freeze"),
    path("periods/<int:pk>/reopen/", views.reopen, name="reopen"),
    path("downloads/", views.downloads, name="downloads"),
    path("downloads/<int:pk>/", views.download, name="download"),
    path("<int:pk>/", views.detail, name="report"),
    path("<int:pk>/file/", views.file_of, name="file"),
]
