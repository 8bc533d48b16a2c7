"""Addresses of signing in, of one's own account, and of opening accounts for others."""

from django.urls import path

from parkparty.signin.views import entry, people, security, tokens

app_name = "accounts"
urlpatterns = [
    path("login/", entry.Login.as_view(), name="login"),
    path("login/code/", entry.second_factor, name="second_factor"),
    path("demo-login/", entry.demo_login, name="demo_login"),
    path("oidc/", entry.oidc_begin, name="oidc"),
    path("oidc/callback/", entry.oidc_callback, name="oidc_callback"),
    path("logout/", entry.Logout.as_view(), name="logout"),
    path("invitation/<str:token>/", entry.invitation, name="invitation"),
    path("password/", entry.PasswordChange.as_view(), name="password_change"),
    path("password/done/", entry.PasswordChangeDone.as_view(), name="password_change_done"),
    path("security/", security.security, name="security"),
    path("security/sessions/<int:pk>/end/", security.session_end, name="session_end"),
    path("security/sessions/end/", security.sessions_end, name="sessions_end"),
    path("security/factor/", security.enrolment, name="enrol"),
    path("security/factor/remove/", security.factor_remove, name="factor_remove"),
    path("security/codes/", security.codes, name="codes"),
    path("security/codes/renew/", security.codes_renew, name="codes_renew"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/new/", tokens.token_new, name="token_new"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/password/", people.password_reset, name="password_reset"),
    path("people/<int:pk>/factor/", people.factor_reset, name="factor_reset"),
    path("people/<int:pk>/sessions/", people.person_sign_out, name="person_sign_out"),
    path("people/<int:pk>/tokens/", people.person_tokens_end, name="person_tokens_end"),
]
