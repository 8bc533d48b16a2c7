"""Addresses of activities."""

from django.urls import path

from parkparty.activities import views

app_name = "activities"
urlpatterns = [
    path("", views.activity_list, name="list"),
    path("new/", views.new, name="new"),
    path("queue/", views.queue, name="queue"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/submit/", views.submit, name="submit"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/return/", views.give_back, name="return"),
    path("photos/<int:pk>/", views.photo, name="photo"),
]
