"""Addresses of activities."""

from django.urls import path

from parkparty.activities.views import (
    calendar,
    drafts,
    feeds,
    files,
    lists,
    photos,
    review,
    saved,
    series,
    sheets,
    stations,
    steps,
    writing,
)

app_name = "activities"
urlpatterns = [
    path("", lists.activity_list, name="list"),
    path("new/", writing.new, name="new"),
    path("export/", lists.export, name="export"),
    path("calendar/", calendar.month, name="calendar"),
    path("calendar/feed/", feeds.renew, name="feed_renew"),
    path("calendar/feed/end/", feeds.end, name="feed_end"),
    path("calendar/<str:token>.ics", feeds.feed, name="feed"),
    path("columns/", saved.columns, name="columns"),
    path("views/", saved.views, name="views"),
    path("views/<int:pk>/", saved.open_view, name="view"),
    path("views/<int:pk>/delete/", saved.delete_view, name="view_delete"),
    path("views/<int:pk>/first/", saved.first_view, name="view_first"),
    path("ledger/", sheets.ledger, name="ledger"),
    path("sheet/", sheets.empty, name="empty_sheet"),
    path("<int:pk>/sheet/", sheets.filled, name="sheet"),
    path("draft/", drafts.draft, name="draft"),
    path("queue/approve/", review.approve_regular, name="approve_regular"),
    path("queue/undo/", review.undo_last, name="undo_last"),
    path("queue/", review.queue, name="queue"),
    path("<int:pk>/", review.detail, name="detail"),
    path("<int:pk>/edit/", writing.edit, name="edit"),
    path("<int:pk>/submit/", steps.submit, name="submit"),
    path("<int:pk>/delete/", steps.delete, name="delete"),
    path("<int:pk>/approve/", review.approve, name="approve"),
    path("<int:pk>/return/", review.give_back, name="return"),
    path("<int:pk>/undo/", review.undo, name="undo"),
    path("<int:pk>/withdraw/", steps.withdraw, name="withdraw"),
    path("<int:pk>/repeat/", series.repeat, name="repeat"),
    path("<int:pk>/files/", files.add, name="add_file"),
    path("photos/<int:pk>/", photos.photo, name="photo"),
    path("photos/<int:pk>/small/", photos.thumbnail, name="thumbnail"),
    path("photos/<int:pk>/drop/", files.drop_photo, name="drop_photo"),
    path("attachments/<int:pk>/", files.attachment, name="attachment"),
    path("attachments/<int:pk>/drop/", files.drop_attachment, name="drop_attachment"),
]

service_stations = (
    [
        path("", stations.station_list, name="list"),
        path("<int:pk>/", stations.station_detail, name="detail"),
    ],
    "stations",
)
