"""What people may see of the catalog."""

from .cases import CaseActivityQuerySet, TestCaseQuerySet, TestCaseVersionQuerySet, TestStepQuerySet, TitleWordQuerySet
from .copies import CopiedCaseQuerySet, CopyJobQuerySet
from .duplicates import CaseFingerprintQuerySet, DuplicateScanQuerySet, SimilarPairQuerySet
from .fields import CustomFieldQuerySet, TemplateFieldQuerySet, TemplateQuerySet
from .folders import FolderCountQuerySet, FolderQuerySet, FolderRemovalQuerySet
from .imports import CaseImportQuerySet, CaseImportRowQuerySet, CaseOriginQuerySet, ColumnMappingQuerySet
from .links import TestCaseLinkQuerySet
from .saved_views import SavedViewQuerySet
from .shared_steps import SharedStepsQuerySet, SharedStepsVersionQuerySet
from .stories import FAILING, StoryLinkQuerySet, StoryQuerySet

__all__ = [
    "FAILING",
    "CaseActivityQuerySet",
    "CaseFingerprintQuerySet",
    "CaseImportQuerySet",
    "CaseImportRowQuerySet",
    "CaseOriginQuerySet",
    "ColumnMappingQuerySet",
    "CopiedCaseQuerySet",
    "CopyJobQuerySet",
    "CustomFieldQuerySet",
    "DuplicateScanQuerySet",
    "FolderCountQuerySet",
    "FolderQuerySet",
    "FolderRemovalQuerySet",
    "SavedViewQuerySet",
    "SharedStepsQuerySet",
    "SharedStepsVersionQuerySet",
    "SimilarPairQuerySet",
    "StoryLinkQuerySet",
    "StoryQuerySet",
    "TemplateFieldQuerySet",
    "TemplateQuerySet",
    "TestCaseLinkQuerySet",
    "TestCaseQuerySet",
    "TestCaseVersionQuerySet",
    "TestStepQuerySet",
    "TitleWordQuerySet",
]
