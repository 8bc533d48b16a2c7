"""All addresses."""

from django.urls import URLPattern, URLResolver, include, path

from parkparty.core import http

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("parkparty.accounts.urls")),
    path("audit/", include("parkparty.access.urls")),
    path("feedback/", http.feedback, name="feedback"),
    path("text-size/", http.choose_text_size, name="text_size"),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler400 = "parkparty.core.http.bad_request"
handler403 = "parkparty.core.http.forbidden"
handler404 = "parkparty.core.http.not_found"
handler500 = "parkparty.core.http.server_error"
