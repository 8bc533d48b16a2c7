"""Addresses of activities."""

from django.urls import path

from parkparty.activities.views import drafts, lists, photos, review, steps, writing

app_name = "activities"
urlpatterns = [
    path("", lists.activity_list, name="list"),
    path("new/", writing.new, name="new"),
    path("export/", lists.export, name="export"),
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
    path("photos/<int:pk>/", photos.photo, name="photo"),
]
