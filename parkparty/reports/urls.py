"""Addresses of reports."""

from django.urls import path

from parkparty.reports.views import files, layouts, mailings, periods, releases, versions

app_name = "reports"
urlpatterns = [
    path("", versions.report_list, name="list"),
    path("make/", versions.make, name="make"),
    path("work-report/", versions.make_work_report, name="work_report"),
    path("measures/", versions.measures, name="measures"),
    path("periods/", periods.periods, name="periods"),
    path("periods/close/", periods.close, name="close"),
    path("periods/<int:pk>/freeze/", periods.freeze, name="freeze"),
    path("periods/<int:pk>/reopen/", periods.reopen, name="reopen"),
    path("layouts/", layouts.layouts, name="layouts"),
    path("layouts/<int:pk>/try/", layouts.layout_try, name="layout_try"),
    path("layouts/<int:pk>/use/", layouts.layout_use, name="layout_use"),
    path("layouts/<int:pk>/retire/", layouts.layout_retire, name="layout_retire"),
    path("mailings/", mailings.mailings, name="mailings"),
    path("mailings/<int:pk>/stop/", mailings.mailing_stop, name="mailing_stop"),
    path("downloads/", files.downloads, name="downloads"),
    path("downloads/<int:pk>/", files.download, name="download"),
    path("<int:pk>/", versions.detail, name="report"),
    path("<int:pk>/release/", releases.release, name="release"),
    path("<int:pk>/refuse/", releases.refuse, name="refuse"),
    path("<int:pk>/file/", files.file_of, name="file"),
]
