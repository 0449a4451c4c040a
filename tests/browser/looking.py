"""Looking at a page as axe does, in light and in dark."""

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

SCHEMES = ("light", "dark")
OF_COLOURS = ("color-contrast", "link-in-text-block")
"""All that axe can find of a page in dark alone: a scheme changes colours and nothing else."""


def looked_at(page: Page, axe: Axe, path: str) -> list[str]:
    """What axe and the edge of the window say of the open page, in light and in dark."""
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        rules = {} if scheme == "light" else {"runOnly": list(OF_COLOURS)}
        for violation in axe.run(page, options={"resultTypes": ["violations"], **rules})["violations"]:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"{path} ({scheme}): {violation['id']}: {nodes}")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, f"{path}: runs {overflow} px over the edge"] if overflow > 0 else found
