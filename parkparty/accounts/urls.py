"""Addresses of signing in."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from parkparty.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("demo-login/", views.demo_login, name="demo_login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.PasswordChange.as_view(), name="password_change"),
    path("password/done/", views.PasswordChangeDone.as_view(), name="password_change_done"),
]
