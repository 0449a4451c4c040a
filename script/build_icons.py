#!/usr/bin/env python3
"""Writes `static/icons.svg`, the one sprite of the portal, from an unpacked @tabler/icons package.

Run it when an icon is added to `script/icons.txt`:

    npm pack @tabler/icons@3.51.0 && tar xzf tabler-icons-*.tgz
    script/build_icons.py package

The six status glyphs are our own (16 px grid): discs are final, rings are not, each inner mark differs.
"""

import argparse
import re
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "static" / "icons.svg"

ICONS = (Path(__file__).parent / "icons.txt").read_text().split()
MARK = (
    'fill="none" stroke="var(--q-glyph, var(--q-surface))" stroke-width="1.8" stroke-linecap="round"'
    ' stroke-linejoin="round"'
)
DISC = '<circle cx="8" cy="8" r="7" fill="currentColor" stroke="none"/>'
HALF = '<path d="M8 4.2a3.8 3.8 0 0 1 0 7.6z" fill="currentColor" stroke="none"/>'
RING = '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor"'
STATUS_GLYPHS = {
    "st-passed": f'{DISC}<path d="M4.9 8.3l2.2 2.2 4.1-4.6" {MARK}/>',
    "st-failed": f'{DISC}<path d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" {MARK}/>',
    "st-blocked": f'{DISC}<path d="M4.8 8h6.4" {MARK}/>',
    "st-skipped": f'{DISC}<path d="M5 5.6L7.4 8 5 10.4M8.7 5.6L11.1 8l-2.4 2.4" {MARK}/>',
    "st-progress": f'{RING} stroke-width="1.6"/>{HALF}',
    "st-notstarted": f'{RING} stroke-width="1.5" stroke-linecap="butt" stroke-dasharray="2.6 2.27"/>',
}


def shapes(svg: str) -> str:
    """The drawing inside an icon file, without its invisible bounding box and white space."""
    inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL).group(1)
    inner = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", inner)
    return re.sub(r"\s+/>", "/>", re.sub(r">\s+<", "><", inner.strip()))


def sprite(package: Path) -> str:
    """The sprite's text; raises FileNotFoundError when the package lacks a listed icon."""
    symbols = []
    for name in sorted(set(ICONS)):
        drawing = shapes((package / "icons" / "outline" / f"{name}.svg").read_text())
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{drawing}</symbol>')
    for name, drawing in STATUS_GLYPHS.items():
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 16 16">{drawing}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main() -> None:
    """Read the package folder named on the command line and write the sprite."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path, help="folder of the unpacked @tabler/icons package")
    TARGET.write_text(sprite(parser.parse_args().package))
    print(f"{len(set(ICONS)) + len(STATUS_GLYPHS)} symbols in {TARGET}")


if __name__ == "__main__":
    main()
