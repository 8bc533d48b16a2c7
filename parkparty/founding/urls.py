"""Addresses of foundings."""

from django.urls import path

from parkparty.founding import views

app_name = "founding"
urlpatterns = [
    path("", views.case_list, name="list"),
    path("new/", views.case_new, name="new"),
    path("<int:pk>/", views.case_detail, name="detail"),
    path("<int:pk>/companies/", views.case_companies, name="companies"),
    path("<int:pk>/reply/", views.case_reply, name="reply"),
    path("<int:pk>/elect/", views.case_elect, name="elect"),
    path("<int:pk>/file/", views.case_file, name="file"),
    path("<int:pk>/withdraw/", views.case_withdraw, name="withdraw"),
]
