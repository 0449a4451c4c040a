"""Addresses of catalog's pages."""

from django.urls import path

from . import converters  # noqa: F401  registers the kind of part that names a story
from .views import (
    bulk,
    cases,
    copies,
    exports,
    folders,
    imports,
    links,
    reading,
    saved_views,
    shared_steps,
    stories,
    story_lists,
    texts,
    tree,
    versions,
)

app_name = "catalog"

urlpatterns = [
    path("p/<str:project_key>/cases/", reading.case_list, name="case_list"),
    path("p/<str:project_key>/cases/new/", cases.create_case, name="case_create"),
    path("p/<str:project_key>/cases/filters/", reading.case_filters, name="case_filters"),
    path("p/<str:project_key>/cases/columns/", reading.case_columns, name="case_columns"),
    path("p/<str:project_key>/cases/export/", exports.export_cases, name="case_export"),
    path("p/<str:project_key>/cases/imports/", imports.import_list, name="import_list"),
    path("p/<str:project_key>/cases/imports/new/", imports.upload_cases, name="import_create"),
    path("p/<str:project_key>/cases/imports/<uuid:import_id>/", imports.import_detail, name="import_detail"),
    path(
        "p/<str:project_key>/cases/imports/<uuid:import_id>/columns/",
        imports.choose_import_options,
        name="import_choose",
    ),
    path("p/<str:project_key>/cases/imports/<uuid:import_id>/start/", imports.start_import, name="import_start"),
    path("p/<str:project_key>/cases/imports/<uuid:import_id>/undo/", imports.undo_import, name="import_undo"),
    path("p/<str:project_key>/cases/change/", bulk.change_cases, name="case_change"),
    path("p/<str:project_key>/cases/move/", bulk.move_cases, name="case_move"),
    path("p/<str:project_key>/cases/copy/", copies.copy_cases, name="case_copy"),
    path("p/<str:project_key>/cases/copy/<uuid:job_id>/", copies.copy_detail, name="copy_detail"),
    path("p/<str:project_key>/cases/copy/<uuid:job_id>/undo/", copies.undo_copy, name="copy_undo"),
    path("p/<str:project_key>/cases/copy/<uuid:job_id>/resume/", copies.resume_copy, name="copy_resume"),
    path("p/<str:project_key>/cases/duplicate/", bulk.duplicate_cases, name="case_duplicate"),
    path("p/<str:project_key>/cases/take-back/", bulk.take_back, name="case_take_back"),
    path("p/<str:project_key>/cases/views/new/", saved_views.create_view, name="view_create"),
    path("p/<str:project_key>/cases/views/<int:pk>/", saved_views.update_view, name="view_update"),
    path("p/<str:project_key>/cases/views/<int:pk>/delete/", saved_views.delete_view, name="view_delete"),
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
    path("p/<str:project_key>/cases/<str:test_id>/links/", links.link_case, name="case_link"),
    path("p/<str:project_key>/cases/<str:test_id>/links/<int:link_id>/remove/", links.unlink_case, name="case_unlink"),
    path("p/<str:project_key>/cases/<str:test_id>/share/", shared_steps.case_share, name="case_share"),
    path("p/<str:project_key>/shared-steps/", shared_steps.shared_steps_list, name="shared_steps_list"),
    path("p/<str:project_key>/shared-steps/new/", shared_steps.shared_steps_create, name="shared_steps_create"),
    path("p/<str:project_key>/shared-steps/choices/", shared_steps.shared_steps_choices, name="shared_steps_choices"),
    path("p/<str:project_key>/shared-steps/<int:pk>/", shared_steps.shared_steps_detail, name="shared_steps_detail"),
    path(
        "p/<str:project_key>/shared-steps/<int:pk>/edit/", shared_steps.shared_steps_update, name="shared_steps_update"
    ),
    path(
        "p/<str:project_key>/shared-steps/<int:pk>/delete/",
        shared_steps.shared_steps_delete,
        name="shared_steps_delete",
    ),
    path(
        "p/<str:project_key>/shared-steps/<int:pk>/versions/<int:number>/restore/",
        shared_steps.shared_steps_restore,
        name="shared_steps_restore",
    ),
    path("p/<str:project_key>/texts/preview/", texts.preview, name="text_preview"),
    path("p/<str:project_key>/stories/", story_lists.StoryListView.as_view(), name="story_list"),
    path("p/<str:project_key>/stories/new/", stories.create_story, name="story_create"),
    path("p/<str:project_key>/stories/epics/", story_lists.epic_list, name="story_epics"),
    path("p/<str:project_key>/stories/matrix/", story_lists.story_matrix, name="story_matrix"),
    path("p/<str:project_key>/stories/matrix.csv", story_lists.matrix_csv, name="story_matrix_csv"),
    path("p/<str:project_key>/stories/matrix.xlsx", story_lists.matrix_excel, name="story_matrix_excel"),
    path("p/<str:project_key>/stories/<story:pk>/", stories.story_detail, name="story_detail"),
    path("p/<str:project_key>/stories/<story:pk>/edit/", stories.update_story, name="story_update"),
    path("p/<str:project_key>/stories/<story:pk>/delete/", stories.delete_story, name="story_delete"),
    path("p/<str:project_key>/stories/<story:pk>/link/", stories.link_cases, name="story_link"),
    path("p/<str:project_key>/stories/<story:pk>/unlink/", stories.unlink_cases, name="story_unlink"),
    path("p/<str:project_key>/folders/new/", folders.create_folder, name="folder_create"),
    path("p/<str:project_key>/folders/<int:pk>/edit/", folders.update_folder, name="folder_update"),
    path("p/<str:project_key>/folders/<int:pk>/rename/", tree.rename_folder, name="folder_rename"),
    path("p/<str:project_key>/folders/<int:pk>/add/", tree.add_folder, name="folder_add"),
    path("p/<str:project_key>/folders/<int:pk>/move/", tree.move_folder, name="folder_move"),
    path("p/<str:project_key>/folders/<int:pk>/delete/", folders.delete_folder, name="folder_delete"),
    path("p/<str:project_key>/folders/<int:pk>/restore/", folders.restore_folder, name="folder_restore"),
    path("p/<str:project_key>/folders/<int:pk>/children/", reading.folder_children, name="folder_children"),
]
