"""Looking at a page as axe does, in wide and narrow windows, in light and in dark."""

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SCHEMES = ("light", "dark")
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""All that axe can find of a window in a second scheme: it changes colours and nothing else."""
AXE = Axe().axe_script
ASKED = "rules => axe.run({resultTypes: ['violations'], ...rules}).then(results => results.violations)"


def looked_at(page: Page, path: str) -> list[str]:
    """What axe and the edges of the windows say of the open page: wide and narrow, each in light and in dark.

    The page opens once, as wide as its window is, and is then made narrower or wider, as people do.
    """
    found = []
    page.evaluate(AXE)
    windows = (WIDE, NARROW) if page.viewport_size == WIDE else (NARROW, WIDE)
    for window, schemes in zip(windows, (SCHEMES, SCHEMES[::-1]), strict=True):
        page.set_viewport_size(window)
        found += over_the_edge(page, path)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += violations(page, f"{path} ({scheme}, {window['width']})", only_colours=scheme != schemes[0])
    page.set_viewport_size(windows[0])
    return found


def violations(page: Page, where: str, *, only_colours: bool = False) -> list[str]:
    """What axe, which stands in the page already, finds in the window as it is."""
    rules = {"runOnly": OF_COLOURS} if only_colours else {}
    return [
        f"{where}: {violation['id']}: " + "; ".join(node["html"][:160] for node in violation["nodes"][:3])
        for violation in page.evaluate(ASKED, rules)
    ]


def over_the_edge(page: Page, path: str) -> list[str]:
    """How far the page runs over the edge of its window, if it does."""
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{path}: runs {overflow} px over the edge of {page.viewport_size['width']} px"] if overflow > 0 else []
