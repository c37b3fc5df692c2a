"""Tests of the explorer's `core/api.js`: answers that are kept, and those that are not."""

import pytest
from playwright.sync_api import Page

BROKEN = {
    "left while it arrives": "(signal) => new Response(new ReadableStream({ start(control) {"
    " signal.addEventListener('abort', () => control.error(signal.reason)); } }))",
    "cut off": "() => new Response(new ReadableStream({ start(control) {"
    " control.enqueue(new TextEncoder().encode('{\"months\": [')); control.error(new TypeError('broken')); } }))",
    "half": "() => new Response('{\"months\": [')",
    "empty": "() => new Response('')",
    "a page of a proxy": "() => new Response('<html>')",
    "a failure without a problem": "() => new Response('<html>', { status: 502 })",
}
"""Responses that are no answer, as functions of the signal that ends their request."""

ASK_TWICE = """async (kind) => {
    const { ask, Problem } = await import("/explore/core/api.js");
    const control = new AbortController(), path = `months/${encodeURIComponent(kind)}`;
    window.fetch = async (url, { signal }) => BROKEN(signal);
    const said = (error) => (error instanceof Problem ? error.message : control.signal.aborted && "left");
    const first = ask(path, {}, control.signal).then(() => "an answer", said);
    await new Promise((done) => setTimeout(done));
    if (kind.startsWith("left")) control.abort();
    await first;
    window.fetch = async () => Response.json({ months: ["2026-11"] });
    const second = await ask(path);
    window.fetch = async () => { throw new Error("asked again"); };
    return [await first, second.months, (await ask(path)).months];
}"""


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_whole_answer_is_not_kept(modules: Page, kind: str) -> None:
    said, second, kept = modules.evaluate(ASK_TWICE.replace("BROKEN", f"({BROKEN[kind]})"), kind)
    assert ("left" if kind == "left while it arrives" else "ended early") in said
    assert second == kept == ["2026-11"]


CHANGE = """async () => {
    const { h, render } = await import("/explore/core/dom.js");
    const { useAnswer } = await import("/explore/core/api.js");
    const place = document.createElement("div"), seen = [];
    window.fetch = async (url) => Response.json({ url });
    function Pane({ path, page }) {
        const { answer, loading } = useAnswer(path, { page });
        seen.push([path, page, answer ? answer.url : null, loading]);
        return null;
    }
    for (const [path, page] of [["a", 1], ["a", 2], ["b", 2], [null, 2], ["a", 1]]) {
        render(h(Pane, { path, page }), place);
        const wanted = path && `/api/${path}?page=${page}`;
        do await new Promise((done) => setTimeout(done, 5)); while (wanted && seen.at(-1)[2] !== wanted);
    }
    render(null, place);
    return seen;
}"""


def test_an_older_answer_stays_while_the_next_page_is_awaited_but_never_for_another_question(modules: Page) -> None:
    seen = modules.evaluate(CHANGE)
    assert ["a", 2, "/api/a?page=1", True] in seen
    assert [each for each in seen if each[2] and not each[2].startswith(f"/api/{each[0]}?")] == []
    assert seen[-1] == ["a", 1, "/api/a?page=1", False]
