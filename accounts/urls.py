"""Addresses of accounts' pages."""

from django.urls import path

from . import views
from .views import companies, invitations, joining, members, people, person, projects, roles, tokens

app_name = "accounts"

urlpatterns = [
    path("account/", views.account, name="account"),
    path("projects/", projects.project_list, name="project_list"),
    path("p/<str:project_key>/open/", projects.choose_project, name="choose_project"),
    path("p/<str:project_key>/members/", members.member_list, name="member_list"),
    path("p/<str:project_key>/members/<int:user_id>/", members.change_member, name="member_change"),
    path("p/<str:project_key>/members/<int:user_id>/reset-link/", members.copy_reset_link, name="member_reset_link"),
    path("account/tokens/", tokens.OwnTokenListView.as_view(), name="token_list"),
    path("account/tokens/new/", tokens.create_token, name="token_create"),
    path("account/tokens/<int:token_id>/revoke/", tokens.revoke_token, name="token_revoke"),
    path("account/verify-email/", joining.resend_verification, name="verification_resend"),
    path("account/verify-email/<str:token>/", joining.verify_email, name="verify_email"),
    path("invitation/<str:link>/", joining.accept_invitation, name="invitation_accept"),
    path("administration/people/", people.PersonListView.as_view(), name="person_list"),
    path("administration/people/<int:user_id>/", person.person_detail, name="person_detail"),
    path("administration/people/<int:user_id>/status/", person.change_person_status, name="person_status"),
    path("administration/people/<int:user_id>/sign-out/", person.sign_person_out, name="person_sign_out"),
    path("administration/people/<int:user_id>/reset-link/", person.person_reset_link, name="person_reset_link"),
    path("administration/people/<int:user_id>/delete/", person.delete_person, name="person_delete"),
    path("administration/people/<int:user_id>/restore/", person.restore_person, name="person_restore"),
    path("administration/people/<int:user_id>/projects/", person.add_project_role, name="person_project_add"),
    path(
        "administration/people/<int:user_id>/projects/<int:project_id>/",
        person.change_project_role,
        name="person_project",
    ),
    path("administration/invitations/", invitations.InvitationListView.as_view(), name="invitation_list"),
    path("administration/invitations/new/", invitations.create_invitations, name="invitation_create"),
    path(
        "administration/invitations/<int:invitation_id>/resend/",
        invitations.resend_invitation,
        name="invitation_resend",
    ),
    path(
        "administration/invitations/<int:invitation_id>/revoke/",
        invitations.revoke_invitation,
        name="invitation_revoke",
    ),
    path(
        "administration/invitations/<int:invitation_id>/link/",
        invitations.copy_invitation_link,
        name="invitation_link",
    ),
    path("administration/roles/", roles.role_list, name="role_list"),
    path("administration/roles/permissions/", roles.role_grid, name="role_grid"),
    path("administration/roles/new/", roles.create_role, name="role_create"),
    path("administration/roles/<int:role_id>/", roles.role_detail, name="role_detail"),
    path("administration/roles/<int:role_id>/delete/", roles.delete_role, name="role_delete"),
    path("administration/tokens/", tokens.CompanyTokenListView.as_view(), name="company_token_list"),
    path("administration/company/", companies.company, name="company"),
    path("administration/companies/", companies.CompanyListView.as_view(), name="company_list"),
    path("administration/companies/new/", companies.create_company, name="company_create"),
    path("administration/companies/<int:company_id>/", companies.company_detail, name="company_detail"),
    path("administration/companies/<int:company_id>/status/", companies.change_company_status, name="company_status"),
    path("administration/companies/<int:company_id>/delete/", companies.delete_company, name="company_delete"),
    path("administration/companies/<int:company_id>/restore/", companies.restore_company, name="company_restore"),
]
