"""All addresses."""

from django.urls import URLPattern, URLResolver, include, path

from parkparty.access.admin.site import site
from parkparty.core import http
from parkparty.coverage import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("accounts/", include("parkparty.accounts.urls")),
    path("admin/", site.urls),
    path("audit/", include("parkparty.access.urls")),
    path("feedback/", http.feedback, name="feedback"),
    path("text-size/", http.choose_text_size, name="text_size"),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler400 = "parkparty.core.http.bad_request"
handler403 = "parkparty.core.http.forbidden"
handler404 = "parkparty.core.http.not_found"
handler500 = "parkparty.core.http.server_error"
