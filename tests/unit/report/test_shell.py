"""Every page allows its own style and script by their hashes, nothing else, and escapes all words."""

import base64
import hashlib
import re
from types import SimpleNamespace

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from dualzoom.report.shell import render

HOSTILE = "<script>alert('&')</script>"


def allowed(page: str, kind: str) -> list[str]:
    return re.findall(rf"{kind}-src 'sha256-([^']+)'", page)


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_a_page_without_script_allows_none() -> None:
    page = render("side_by_side", title=HOSTILE, remarks=[HOSTILE], tables=[], groups={}).decode()
    assert "script-src" not in page
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 3  # title, heading, remark
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert allowed(page, "style") == [digest(style[0])]


def test_a_page_with_script_allows_this_one_only() -> None:
    shown = SimpleNamespace(after="data:,a", before="data:,b", size=SimpleNamespace(width=2, height=1))
    page = render("page", title="a", remarks=[], whole=shown, crops=[], map=None, facts=[]).decode()
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert allowed(page, "script") == [digest(scripts[0])]
    assert len(scripts) == 1


def test_what_a_template_asks_for_is_never_passed_over() -> None:
    with pytest.raises(UndefinedError, match="groups"):
        render("side_by_side", title="a", remarks=[], tables=[])
    with pytest.raises(TemplateNotFound):
        render("nothing", title="a", remarks=[])
