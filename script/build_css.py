#!/usr/bin/env python3
"""Writes `static/vendor/tabler.css`: the part of Tabler the portal uses, an eighth of the whole.

Run it when a page needs a Tabler class that KEPT does not match:

    npm pack @tabler/core@1.6.1 && tar xzf tabler-core-*.tgz
    script/build_css.py package/dist/css/tabler.min.css

Kept are rules for elements, rules whose every class matches KEPT, the variables these and our own
stylesheets read, and the animations they name.
"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
TARGET = STATIC / "vendor" / "tabler.css"

KEPT = re.compile(
    r"btn|btn-(primary|ghost|icon|sm|block|check|list)|form-(control|select|label|check|check-input|check-label|range|fieldset)"
    r"|form-control-(sm|lg)|form-select-(sm|lg)|disabled|active|show|is-invalid|was-validated"
    r"|visually-hidden(-focusable)?|[mp][tbsexy]?-([0-6]|auto)|gap-[0-6]|(row|column)-gap-[0-6]"
    r"|d-(none|block|inline|inline-block|flex|inline-flex|grid)|flex-(fill|row|column|wrap|nowrap|grow-[01]|shrink-[01])"
    r"|(justify-content|align-items|align-self)-(start|end|center|between|baseline|stretch)"
    r"|text-(start|end|center|nowrap|wrap|break|truncate)|[wh]-100|m[wh]-100|overflow-(auto|hidden|visible)|position-(relative|absolute|static)"
)
CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
NEVER_SEEN = re.compile(r"^(\[dir=|\[data-bs-theme-|::?-(moz|ms)-|.*\[data-bs-(popper|toggle))")
VARIABLE = re.compile(r"var\((--tblr-[\w-]+)")
HEAD = """/*! Tabler 1.6.1, the part the portal uses; written by script/build_css.py. MIT, see LICENSES.md. */
"""


def blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """The statements of a stylesheet as (prelude, body); the body is None for a statement without braces."""
    start = depth = 0
    prelude, quote = "", ""
    for place, sign in enumerate(css):
        if quote:
            quote = "" if sign == quote and css[place - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "{":
            if depth == 0:
                prelude, start = css[start:place].strip(), place + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield prelude, css[start:place]
                start = place + 1
        elif sign == ";" and depth == 0:
            yield css[start:place].strip(), None
            start = place + 1


def split_outside_brackets(text: str, at: str) -> list[str]:
    """The parts of a selector list or declaration list, not split inside brackets or quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == at and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def is_kept(selector: str) -> bool:
    """Whether every class the selector asks for is one the portal uses."""
    if NEVER_SEEN.match(selector):
        return False
    asked = re.sub(r":not\([^)]*\)", "", selector)
    return all(KEPT.fullmatch(name) for name in CLASS.findall(asked))


def reduced(css: str) -> list[tuple[str, str]]:
    """The kept rules in their order; a media block holds its kept rules as text."""
    kept = []
    for prelude, body in blocks(css):
        if body is None:
            continue
        if prelude.startswith(("@media", "@supports")):
            inner = "".join(f"{selector}{{{rule}}}" for selector, rule in reduced(body))
            if inner:
                kept.append((prelude, inner))
        elif prelude.startswith(("@keyframes", "@property")):
            kept.append((prelude, body))
        elif chosen := [selector for selector in split_outside_brackets(prelude, ",") if is_kept(selector)]:
            kept.append((",".join(chosen), body))
    return kept


def is_variables(selector: str) -> bool:
    """Whether the rule only declares theme variables."""
    return selector.startswith(":root") or "[data-bs-theme" in selector


def used_variables(rules: list[tuple[str, str]], own: str) -> set[str]:
    """The variables read by the kept rules and by our own stylesheets, and those that these read."""
    declared: dict[str, str] = {}
    for selector, body in rules:
        if is_variables(selector):
            for declaration in split_outside_brackets(body, ";"):
                name, _, value = declaration.partition(":")
                declared[name] = declared.get(name, "") + value
    text = own + "".join(body for selector, body in rules if not is_variables(selector))
    used, fresh = set(), set(VARIABLE.findall(text))
    while fresh:
        used |= fresh
        fresh = {found for name in fresh for found in VARIABLE.findall(declared.get(name, ""))} - used
    return used


def without_unused(rules: list[tuple[str, str]], used: set[str]) -> Iterator[str]:
    """The rules as text, without variables nobody reads and animations nobody plays."""
    text = "".join(body for _, body in rules)
    for selector, body in rules:
        if selector.startswith("@keyframes") and selector.split()[-1] not in text:
            continue
        if is_variables(selector):
            declarations = split_outside_brackets(body, ";")
            kept = [each for each in declarations if not each.startswith("--tblr-") or each.partition(":")[0] in used]
            if kept:
                yield f"{selector}{{{';'.join(kept)}}}\n"
        else:
            yield f"{selector}{{{body}}}\n"


def main() -> None:
    """Read Tabler's stylesheet named on the command line and write the reduced one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stylesheet", type=Path, help="tabler.min.css of the unpacked @tabler/core package")
    css = re.sub(r"/\*.*?\*/", "", parser.parse_args().stylesheet.read_text(), flags=re.DOTALL)
    own = "".join(path.read_text() for path in sorted((STATIC / "css").glob("*.css")))
    rules = reduced(css)
    TARGET.write_text(HEAD + "".join(without_unused(rules, used_variables(rules, own))))
    print(f"{TARGET.stat().st_size:,} of {len(css):,} bytes in {TARGET}")


if __name__ == "__main__":
    main()
