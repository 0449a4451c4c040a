"""The components of the pages as template tags; loaded everywhere. `docs/pages.md` is their reference."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import charts, drawing, statuses, wording
from ..markdown import as_html
from ..views import undo_address

register = template.Library()
register.filter(undo_address)

PRIORITIES = {
    "critical": ("chevrons-up", gettext_lazy("Critical"), gettext_lazy("Critical priority")),
    "high": ("chevron-up", gettext_lazy("High"), gettext_lazy("High priority")),
    "medium": ("minus", gettext_lazy("Medium"), gettext_lazy("Medium priority")),
    "low": ("chevron-down", gettext_lazy("Low"), gettext_lazy("Low priority")),
}
NOTE_ICONS = {"failed": "alert-circle", "blocked": "alert-triangle", "passed": "circle-check"}


# -- icons, statuses, people -----------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, size: str = "", label: str = "", css: str = "") -> SafeString:
    """An icon of the sprite. Give `label` only when it stands alone; `size="sm"` beside small text."""
    return drawing.icon_svg(name, size=size, label=label, css=css)


@register.simple_tag
def status(
    value: object,
    word: str = "",
    *,
    pill: bool = False,
    large: bool = False,
    small: bool = False,
    icon_only: bool = False,
) -> SafeString:
    """A stored status as glyph and word; `pill` beside a page title, `large` in a verdict."""
    css = " ".join(name for name, wanted in (("q-status-pill", pill), ("q-status-lg", large)) if wanted)
    return drawing.status_html(value, word=word, css=css, icon_only=icon_only, size="sm" if small else "")


@register.simple_tag
def status_bar(counts: Mapping[str, int], size: str = "") -> SafeString:
    """The segmented progress bar of counts by status; sizes are "", "lg" and "xs"."""
    return drawing.status_bar_svg(counts, size=size)


@register.inclusion_tag("kit/status_legend.html", takes_context=True)
def status_legend(
    context: Context, counts: Mapping[str, int], base_url: str = "", param: str = "status", note: str = ""
) -> dict[str, Any]:
    """Every count above zero as a link that filters by it."""
    entries = [
        {
            "mark": statuses.shown(code),
            "count": wording.number(count),
            "word": statuses.count_words(code, count),
            "url": _joined(base_url, param, code) if base_url else query(context, **{param: code}),
        }
        for code, count in statuses.counted(counts).items()
        if count
    ]
    return {"entries": entries, "note": note}


@register.simple_tag
def history(outcomes: Iterable[str]) -> SafeString:
    """The last outcomes as marks, oldest first."""
    return drawing.history_svg(outcomes or [])


@register.simple_tag
def flaky(score: float | None = None, text: str = "") -> SafeString:
    """The neutral mark of a flaky test; `score` is 0 to 1, `text` replaces the words."""
    if not text and (score or 0) < 0.005:
        return SafeString("")
    words = text or _("Flaky, %(share)s") % {"share": wording.percent(score)}
    return format_html('<span class="q-mark-flaky">{}{}</span>', drawing.icon_svg("repeat"), words)


@register.simple_tag
def priority(value: str | None) -> SafeString:
    """A priority as arrow and word; never in a status colour."""
    code = str(value or "").lower()
    if code not in PRIORITIES:
        return SafeString("")
    glyph, word, title = PRIORITIES[code]
    return format_html(
        '<span class="q-prio{}" title="{}">{}<span class="q-prio-word">{}</span></span>',
        " q-prio-high" if code in {"critical", "high"} else "",
        title,
        drawing.icon_svg(glyph, size="sm"),
        word,
    )


def name_of(user: Any) -> str:
    """The name people know the user by."""
    return (getattr(user, "full_name", "") or str(user)).strip()


def initials_of(user: Any) -> str:
    """Two letters for the avatar."""
    words = name_of(user).replace("@", " ").replace(".", " ").split()
    return (getattr(user, "initials", "") or "".join(word[0] for word in words[:2])).upper()


@register.simple_tag
def avatar(user: Any = None, size: str = "") -> SafeString:
    """The initials of a person, or a dashed ring for nobody."""
    css = f"q-avatar q-avatar-{size}" if size else "q-avatar"
    if not user:
        none = _("Nobody")
        return format_html(
            '<span class="{} q-avatar-none" role="img" aria-label="{}" title="{}"></span>', css, none, none
        )
    name = name_of(user)
    return format_html(
        '<span class="{}" role="img" aria-label="{}" title="{}">{}</span>', css, name, name, initials_of(user)
    )


@register.simple_tag
def person(user: Any = None) -> SafeString:
    """Avatar and name."""
    if not user:
        return format_html('<span class="q-person"><span class="q-avatar q-avatar-none"></span>{}</span>', _("Nobody"))
    return format_html(
        '<span class="q-person"><span class="q-avatar" aria-hidden="true">{}</span>{}</span>',
        initials_of(user),
        name_of(user),
    )


# -- numbers and times -----------------------------------------------------------------------------------------------
@register.filter
def number(value: object) -> str:
    """A whole number with grouped thousands."""
    return wording.number(value)


@register.filter
def marked(text: str) -> SafeString:
    """A text with its found words between the marks of a search, as HTML; everything else is escaped."""
    return drawing.marked(text)


@register.filter
def markdown(text: str | None) -> SafeString:
    """A text in Markdown as HTML that runs nothing; see `kit/markdown.py`. It stands in a `q-prose`."""
    return SafeString(as_html(text or ""))


@register.filter(name="percent")
def percent_filter(value: float | None, digits: int = 0) -> str:
    """A share between 0 and 1 in percent; a dash when it is not known."""
    return "–" if value is None else wording.percent(value, digits=digits)


@register.simple_tag
def percent(part: float, whole: float = 1, digits: int = 0) -> str:
    """A part of a whole in percent."""
    return wording.percent(part, whole, digits)


@register.simple_tag
def duration(milliseconds: float | timedelta | None = None, seconds: float | None = None) -> str:
    """How long something took, from milliseconds, `seconds=` or a timedelta."""
    return wording.duration(milliseconds, seconds=seconds)


@register.simple_tag
def timeago(value: date | datetime | None, empty: str | None = None) -> SafeString | str:
    """Relative words with the exact time on hover; `empty` says what nothing means ("Never")."""
    if not value:
        return _("Never") if empty is None else empty
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), wording.exact(value), wording.relative(value)
    )


# -- navigation ------------------------------------------------------------------------------------------------------
def _joined(url: str, param: str, value: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{param}={value}"


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The current address with these keys replaced, or removed by None; anything but `page` returns to page one."""
    request = context["request"]
    values = request.GET.copy()
    if set(changes) - {"page"}:
        values.pop("page", None)
    for name, value in changes.items():
        if value is None or value == "":
            values.pop(name, None)
        elif isinstance(value, list | tuple):
            values.setlist(name, [str(each) for each in value])
        else:
            values[name] = value
    return f"{request.path}?{values.urlencode()}" if values else request.path


@register.inclusion_tag("kit/breadcrumb.html")
def breadcrumb(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Where the page is; pairs of label and address."""
    return {"items": list(items)}


@register.inclusion_tag("kit/tabs.html")
def tabs(items: Iterable[Any], label: str = "") -> dict[str, Any]:
    """Links to the views of one thing; each item has `label`, `url`, `is_current`, perhaps `count` and `icon`."""
    return {"items": items, "label": label or _("Views")}


@register.inclusion_tag("kit/chip.html")
def chip(label: str, value: str, remove_url: str, edit_url: str = "") -> dict[str, str]:
    """An active filter with a link that removes it."""
    return {"label": label, "value": value, "remove_url": remove_url, "edit_url": edit_url}


@register.inclusion_tag("kit/pager.html", takes_context=True)
def pager(context: Context, page_obj: Any, param: str = "page", note: str = "", sizes: Any = "") -> dict[str, Any]:
    """The foot of a list: range, count, previous, next and page numbers; the rest of the query stays."""
    paginator = page_obj.paginator
    choices = [int(size) for size in sizes.split(",") if size.strip()] if isinstance(sizes, str) else list(sizes)

    def address(page: int) -> str:
        return (
            query(context, **{param: page if page > 1 else None}) if param == "page" else _other(context, param, page)
        )

    numbers = paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    return {
        "page_obj": page_obj,
        "total": paginator.count,
        "shown_total": getattr(paginator, "shown_count", None) or wording.number(paginator.count),
        "previous": address(page_obj.number - 1) if page_obj.has_previous() else "",
        "next": address(page_obj.number + 1) if page_obj.has_next() else "",
        "pages": [
            {"number": each, "url": address(each) if isinstance(each, int) else "", "is_here": each == page_obj.number}
            for each in numbers
        ],
        "note": note,
        "per_page": paginator.per_page,
        "sizes": [{"size": size, "url": query(context, per_page=size)} for size in choices],
    }


def _other(context: Context, param: str, page: int) -> str:
    """A page of a list whose parameter is not `page`: nothing else in the address changes."""
    kept = context["request"].GET.get("page")
    return query(context, **{param: page, "page": kept})


@register.inclusion_tag("kit/sort_header.html", takes_context=True)
def sort_header(
    context: Context,
    label: str,
    name: str,
    css: str = "",
    param: str = "sort",
    default: str = "",
    *,
    label_hidden: bool = False,
) -> dict[str, Any]:
    """A column head that sorts: first ascending, then descending; `default` is the order without a parameter."""
    current = context["request"].GET.get(param) or default
    direction = {name: "ascending", f"-{name}": "descending"}.get(current, "")
    following = f"-{name}" if direction == "ascending" else name
    return {
        "label": label,
        "css": css,
        "direction": direction,
        "url": query(context, **{param: following}),
        "label_hidden": label_hidden,
    }


# -- parts of a page -------------------------------------------------------------------------------------------------
@register.inclusion_tag("kit/empty_state.html")
def empty_state(title: str, text: str = "", action_label: str = "", action_url: str = "") -> dict[str, str]:
    """What is true of an empty list, then what to do next."""
    return {"title": title, "text": text, "action_label": action_label, "action_url": action_url}


@register.simple_block_tag
def note(content: str, kind: str = "") -> SafeString:
    """A remark; `failed` for a refusal, `blocked` for a warning."""
    mark = drawing.icon_svg(NOTE_ICONS.get(kind, "info-circle"))
    css = f"q-note is-{kind}" if kind else "q-note"
    role = SafeString(' role="alert"') if kind == "failed" else ""
    return format_html('<div class="{}"{}>{}<div class="q-note-body">{}</div></div>', css, role, mark, content)


@register.simple_tag
def key(name: str) -> SafeString:
    """A key of the keyboard, shown where it acts."""
    return format_html('<kbd class="q-kbd">{}</kbd>', name)


@register.simple_tag
def copy_button(text: str, label: str = "") -> SafeString:
    """A small button that copies the text."""
    words = label or _("Copy %(text)s") % {"text": text}
    return format_html(
        '<button type="button" class="btn btn-ghost btn-sm btn-icon q-scripted" data-copy="{}" aria-label="{}"'
        ' title="{}">{}</button>',
        text,
        words,
        words,
        drawing.icon_svg("copy", size="sm"),
    )


@register.inclusion_tag("kit/progress.html")
def progress(done: int, total: int, label: str = "") -> dict[str, Any]:
    """How far long work has come, in words and as a bar."""
    share = min(100, round(done / total * 100)) if total else 0
    return {"done": done, "total": total, "share": share, "label": label or _("Progress")}


@register.simple_tag(takes_context=True)
def set_result(
    context: Context, url: str, current: str | None, subject: str, target: str = "closest tr", name: str = "status"
) -> SafeString:
    """Four buttons that set a result where it is seen; the row comes back from the server."""
    token = context.get("csrf_token")
    return drawing.set_result_html(url, current, subject=subject, target=target, name=name, token=str(token or ""))


@register.inclusion_tag("kit/chart.html")
def chart(definition: charts.Chart) -> dict[str, Any]:
    """A chart of `qaportal.kit.charts` with its table."""
    return {"chart": definition, "svg": charts.render_svg(definition), "table": definition.as_table()}


# -- forms -----------------------------------------------------------------------------------------------------------
_GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


def _described(bound: BoundField, hint: str) -> dict[str, str]:
    """The attributes that tie a control to its help and its errors."""
    ids = [f"{bound.auto_id}_hint"] if hint else []
    if bound.errors:
        ids.append(f"{bound.auto_id}_error")
    attributes = {"aria-describedby": " ".join(ids)} if ids else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return attributes


@register.inclusion_tag("kit/field.html")
def field(
    bound: BoundField, label: str = "", hint: str = "", css: str = "", *, label_hidden: bool = False
) -> dict[str, Any]:
    """A field of a form: label, control, help and errors, tied together for screen readers."""
    widget = bound.field.widget
    hint = hint or str(bound.help_text or "")
    kind = (
        "checkbox" if isinstance(widget, forms.CheckboxInput) else "group" if isinstance(widget, _GROUPS) else "control"
    )
    described = _described(bound, hint)
    return {
        "field": bound,
        "label": label or bound.label,
        "hint": hint,
        "css": css,
        "kind": kind,
        "is_markdown": "data-markdown" in widget.attrs,
        "is_hidden": bound.is_hidden,
        "label_hidden": label_hidden,
        "described_by": described.get("aria-describedby", ""),
        "options": list(bound.subwidgets) if kind == "group" else [],
        "control": "" if kind == "group" else bound.as_widget(attrs=described),
        "is_optional": not bound.field.required and kind == "control",
    }


@register.inclusion_tag("kit/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """The errors that belong to no single field, and to hidden ones."""
    errors = list(form.non_field_errors())
    for hidden in form.hidden_fields():
        errors += [f"{hidden.label}: {error}" for error in hidden.errors]
    return {"errors": errors}
