"""Addresses of accounts' pages."""

from django.urls import path

from . import views
from .views import members, projects

app_name = "accounts"

urlpatterns = [
    path("account/", views.account, name="account"),
    path("projects/", projects.project_list, name="project_list"),
    path("p/<str:project_key>/open/", projects.choose_project, name="choose_project"),
    path("p/<str:project_key>/members/", members.member_list, name="member_list"),
    path("p/<str:project_key>/members/<int:user_id>/", members.change_member, name="member_change"),
    path("p/<str:project_key>/members/<int:user_id>/reset-link/", members.copy_reset_link, name="member_reset_link"),
]
