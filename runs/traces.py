"""A stack trace as pages show it: the frames of one's own code stand open, those of frameworks are folded."""

from dataclasses import dataclass

from .frames import kind_of

LEAST_FOLDED = 2
"""One frame of a framework between others takes no more room than what would hide it."""


@dataclass(slots=True)
class Part:
    """Some lines of a trace, one after the other."""

    text: str
    frames: int = 0
    """How many frames of frameworks are folded here; none in a part that stands open."""


def _belongs_to_frame(line: str) -> bool:
    """Whether a line tells more of the frame above it: code and its marks in Python, how many more in Java."""
    return line.startswith("    ") or line.strip().startswith("... ")


def _stretches(trace: str) -> list[tuple[str, list[str], int]]:
    """Neighbouring lines of one kind, with the number of their frames."""
    found: list[tuple[str, list[str], int]] = []
    above = ""
    for line in trace.splitlines():
        kind = kind_of(line)
        above = shown = kind or (above if above and _belongs_to_frame(line) else "")
        shown = "foreign" if shown == "foreign" else "own"
        if found and found[-1][0] == shown:
            _kind, lines, frames = found[-1]
            lines.append(line)
            found[-1] = (shown, lines, frames + bool(kind))
        else:
            found.append((shown, [line], int(bool(kind))))
    return found


def parts_of(trace: str) -> list[Part]:
    """The trace in parts; one that has no frame but those of frameworks stands open as a whole."""
    stretches = _stretches(trace)
    if not any(kind == "own" and frames for kind, _lines, frames in stretches):
        return [Part(trace)] if trace else []
    parts: list[Part] = []
    for kind, lines, frames in stretches:
        text = "\n".join(lines)
        if kind == "foreign" and frames >= LEAST_FOLDED:
            parts.append(Part(text, frames))
        elif parts and not parts[-1].frames:
            parts[-1].text += f"\n{text}"
        else:
            parts.append(Part(text))
    return parts
