"""Addresses of accounts' pages."""

from django.urls import path

from . import audit_pages, views

app_name = "accounts"

urlpatterns = [
    path("administration/audit/", audit_pages.AuditListView.as_view(), name="audit_list"),
    path("administration/audit/export/", audit_pages.audit_export, name="audit_export"),
    path("administration/audit/<int:entry_id>/", audit_pages.audit_entry, name="audit_entry"),
    path("account/", views.account, name="account"),
    path("projects/", views.project_list, name="project_list"),
    path("p/<str:project_key>/open/", views.choose_project, name="choose_project"),
    path("p/<str:project_key>/members/", views.member_list, name="member_list"),
    path("p/<str:project_key>/members/<int:user_id>/", views.change_member, name="member_change"),
    path("p/<str:project_key>/members/<int:user_id>/reset-link/", views.copy_reset_link, name="member_reset_link"),
]
