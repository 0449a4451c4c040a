"""Addresses of accounts' pages."""

from django.urls import path

from . import audit_pages, second_factor_pages, session_pages, sign_in_pages, sign_in_settings_pages, views

app_name = "accounts"

urlpatterns = [
    path("administration/audit/", audit_pages.AuditListView.as_view(), name="audit_list"),
    path("administration/audit/export/", audit_pages.audit_export, name="audit_export"),
    path("administration/audit/<int:entry_id>/", audit_pages.audit_entry, name="audit_entry"),
    path("account/", views.account, name="account"),
    path("account/company/", sign_in_pages.company_sign_in, name="company_sign_in"),
    path("account/reauthenticate/company/", sign_in_pages.reauthenticate_at_company, name="reauthenticate_at_company"),
    path("account/sessions/", session_pages.session_list, name="session_list"),
    path("account/sessions/end-others/", session_pages.end_other_sign_ins, name="end_other_sign_ins"),
    path("account/sessions/<int:session_id>/end/", session_pages.end_session, name="end_session"),
    path("account/sessions/api/<uuid:family_id>/end/", session_pages.end_api_sign_in, name="end_api_sign_in"),
    path("account/second-factors/", second_factor_pages.second_factor_list, name="second_factors"),
    path("account/second-factors/app/", second_factor_pages.add_app, name="add_app"),
    path("account/second-factors/key/", second_factor_pages.add_key, name="add_key"),
    path("account/second-factors/recovery-codes/", second_factor_pages.recovery_codes, name="recovery_codes"),
    path("account/second-factors/<int:factor_id>/rename/", second_factor_pages.rename_key, name="rename_key"),
    path("account/second-factors/<int:factor_id>/remove/", second_factor_pages.remove_factor, name="remove_factor"),
    path("administration/sign-in/", sign_in_settings_pages.sign_in_settings, name="sign_in_settings"),
    path("administration/sign-in/check/", sign_in_settings_pages.check_identity_provider, name="sign_in_check"),
    path("administration/sign-in/remove/", sign_in_settings_pages.remove_identity_provider, name="sign_in_remove"),
    path(
        "administration/sign-in/second-factor/",
        sign_in_settings_pages.change_second_factor_rule,
        name="sign_in_second_factor",
    ),
    path("administration/sign-in/domains/", sign_in_settings_pages.add_domain, name="domain_add"),
    path(
        "administration/sign-in/domains/<int:domain_id>/remove/",
        sign_in_settings_pages.remove_domain,
        name="domain_remove",
    ),
    path(
        "administration/sign-in/domains/<int:domain_id>/confirm/",
        sign_in_settings_pages.verify_domain,
        name="domain_verify",
    ),
    path("projects/", views.project_list, name="project_list"),
    path("p/<str:project_key>/open/", views.choose_project, name="choose_project"),
    path("p/<str:project_key>/members/", views.member_list, name="member_list"),
    path("p/<str:project_key>/members/<int:user_id>/", views.change_member, name="member_change"),
    path("p/<str:project_key>/members/<int:user_id>/reset-link/", views.copy_reset_link, name="member_reset_link"),
]
