"""Addresses of activities."""

from django.urls import path

from parkparty.activities.views import lists, photos, steps, writing

app_name = "activities"
urlpatterns = [
    path("", lists.activity_list, name="list"),
    path("new/", writing.new, name="new"),
    path("queue/", lists.queue, name="queue"),
    path("<int:pk>/", lists.detail, name="detail"),
    path("<int:pk>/edit/", writing.edit, name="edit"),
    path("<int:pk>/submit/", steps.submit, name="submit"),
    path("<int:pk>/delete/", steps.delete, name="delete"),
    path("<int:pk>/approve/", steps.approve, name="approve"),
    path("<int:pk>/return/", steps.give_back, name="return"),
    path("photos/<int:pk>/", photos.photo, name="photo"),
]
