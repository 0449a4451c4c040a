"""Addresses of catalog's pages."""

from django.urls import path

from .views import bulk, cases, folders, reading, versions

app_name = "catalog"

urlpatterns = [
    path("p/<str:project_key>/cases/", reading.case_list, name="case_list"),
    path("p/<str:project_key>/cases/new/", cases.create_case, name="case_create"),
    path("p/<str:project_key>/cases/move/", bulk.move_cases, name="case_move"),
    path("p/<str:project_key>/cases/move-back/", bulk.move_cases_back, name="case_move_back"),
    path("p/<str:project_key>/cases/delete/", bulk.delete_cases, name="case_delete"),
    path("p/<str:project_key>/cases/tag/", bulk.tag_cases, name="case_tag"),
    path("p/<str:project_key>/cases/<str:test_id>/", reading.case_detail, name="case_detail"),
    path("p/<str:project_key>/cases/<str:test_id>/edit/", cases.update_case, name="case_update"),
    path(
        "p/<str:project_key>/cases/<str:test_id>/versions/<int:number>/", versions.version_detail, name="case_version"
    ),
    path(
        "p/<str:project_key>/cases/<str:test_id>/versions/<int:number>/restore/",
        versions.bring_version_back,
        name="case_version_restore",
    ),
    path("p/<str:project_key>/folders/new/", folders.create_folder, name="folder_create"),
    path("p/<str:project_key>/folders/choices/", reading.folder_options, name="folder_choices"),
    path("p/<str:project_key>/folders/<int:pk>/edit/", folders.update_folder, name="folder_update"),
    path("p/<str:project_key>/folders/<int:pk>/delete/", folders.delete_folder, name="folder_delete"),
    path("p/<str:project_key>/folders/<int:pk>/children/", reading.folder_children, name="folder_children"),
]
