"""The doors for programs, through their own clients: HTTP, the official MCP client and the real OpenAI client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import openai
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent
from openai.types.chat import ChatCompletion

import app
from rag import Answer, Rag, SettingsError
from rag.settings import Settings, load_settings
from tests.conftest import CAPTURED, SAMPLE
from tests.fake_llm import Reply, fake_llm

SAPPERS = "How many sappers is Pyongyang sending?"
UNANSWERED = "What is the price of tea in Lisbon?"


@pytest.fixture(scope="module")
def url(desk: Rag) -> Iterator[str]:
    served = app.start(app.build(desk), desk, host="127.0.0.1", port=0)
    yield served.url.rstrip("/")
    served.close()


@pytest.fixture(scope="module")
def web(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def known(desk: Rag) -> dict[str, Answer]:
    """What the Python API answers."""
    return {question: desk.ask(question) for question in (SAPPERS, UNANSWERED)}


# --- REST


def test_ask_gives_the_answer_of_the_python_api(web: httpx.Client, known: dict[str, Answer]) -> None:
    got = web.post("/api/ask", json={"question": SAPPERS}).json()
    answer = known[SAPPERS]
    assert (got["status"], got["text"]) == ("answered", answer.text)
    for cited, citation in zip(got["citations"], answer.citations, strict=True):
        whole = web.get(f"/api/articles/{cited['article']['id']}").json()
        assert whole["text"][cited["start"] : cited["end"]] == cited["quote"] == citation.quote
        assert "text" not in cited["article"]
    assert [claim["support"] for claim in got["claims"]] == ["supported"] * len(answer.claims)


def test_a_refusal_offers_what_is_near(web: httpx.Client) -> None:
    got = web.post("/api/ask", json={"question": UNANSWERED}).json()
    assert (got["status"], got["citations"]) == ("refused", [])
    assert got["nearby"]


def test_a_day_of_asking_is_a_date(web: httpx.Client) -> None:
    assert web.post("/api/ask", json={"question": SAPPERS, "as_of": "last week"}).status_code == 422


def test_filters_hold_at_the_door(web: httpx.Client) -> None:
    sent = {"question": SAPPERS, "sources": ["Yonhap"], "since": "2025-06-19"}
    for path in ("/api/ask", "/api/search"):
        got = web.post(path, json=sent).json()
        assert (got["filters"]["sources"], got["filters"]["since"]) == (["Yonhap"], "2025-06-19")
        found = got.get("passages") or got["nearby"] or got["citations"]
        assert {p["article"]["agency"] for p in found} == {"Yonhap"}
    one = found[0]["article"]["id"]
    got = web.post("/api/search", json={"question": SAPPERS, "articles": [one], "language": "en"}).json()
    assert {p["article"]["id"] for p in got["passages"]} == {one}
    assert (got["filters"]["articles"], got["filters"]["language"]) == ([one], "en")
    none = web.post("/api/search", json=sent | {"since": "2031-01-01"}).json()
    assert none["filters"]["since"] is None  # widened rather than empty
    assert web.post("/api/search", json=sent | {"since": "June"}).status_code == 422


def test_search_and_list_are_those_of_the_python_api(web: httpx.Client, desk: Rag) -> None:
    found = web.post("/api/search", json={"question": SAPPERS, "k": 3}).json()["passages"]
    assert [(p["article"]["id"], p["start"], p["text"]) for p in found] == [
        (p.article.id, p.start, p.text) for p in desk.search(SAPPERS, k=3)
    ]
    listed = web.get("/api/articles", params={"limit": 2}).json()
    assert listed["total"] == len(desk.articles())
    rest = web.get("/api/articles", params={"offset": 2}).json()["articles"]
    assert {a["id"] for a in listed["articles"] + rest} == {a.id for a in desk.articles()}
    days = [a["published"] or "" for a in listed["articles"] + rest]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({"json": {"question": " ? "}}, 422, "the question is empty"),
        ({"json": {"question": "a" * 2001}}, 422, "2000 characters"),
        ({"json": {}}, 422, "question: field required"),
        ({"json": {"question": SAPPERS, "kk": 3}}, 422, "kk: "),
        ({"json": {"question": SAPPERS, "history": [{"question": "a", "answer": "b"}] * 51}}, 422, "50 items"),
        ({"json": {"question": SAPPERS, "articles": ["none"]}}, 422, 'no article has the id "none"'),
        ({"json": {"question": SAPPERS, "language": "Klingon"}}, 422, '"Klingon" is no language'),
        ({"json": {"question": SAPPERS, "since": "2025-06-20", "until": "2025-06-19"}}, 422, "is after until"),
        ({"json": [SAPPERS]}, 422, "the body: "),
        ({"content": "{"}, 422, "the body is no JSON"),
        ({"content": "x" * 1_000_001}, 413, "1,000,000 bytes"),
        ({"content": (b"x" * 100_000 for _ in range(11))}, 413, "1,000,000 bytes"),
    ],
)
def test_bad_questions_get_a_sentence(web: httpx.Client, sent: dict[str, Any], status: int, says: str) -> None:
    got = web.post("/api/ask", **sent, headers={"Content-Type": "application/json"})
    assert got.status_code == status
    assert says in got.json()["detail"]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/api/articles/none", 404, 'no article is stored as "none"'),
        ("/api/articles?limit=501", 422, "limit: "),
        ("/api/articles?offset=-1", 422, "offset: "),
        ("/api/nothing", 404, "/api describes"),
        ("/api/ask", 404, "/api describes"),
    ],
)
def test_bad_addresses_get_a_sentence(web: httpx.Client, path: str, status: int, says: str) -> None:
    got = web.get(path)
    assert got.status_code == status
    assert says in got.json()["detail"]


def test_bounds_of_search(web: httpx.Client) -> None:
    for k in (0, 51, "many"):
        got = web.post("/api/search", json={"question": SAPPERS, "k": k})
        assert got.status_code == 422
        assert got.json()["detail"].startswith("k: ")


def test_the_description_fits_and_loads_nothing(web: httpx.Client) -> None:
    described = web.get("/api/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/ask",
        "/api/search",
        "/api/articles",
        "/api/articles/{article_id}",
        "/v1/models",
        "/v1/models/{name}",
        "/v1/chat/completions",
    }
    page = web.get("/api")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<script" not in page.text
    assert "src=" not in page.text
    for path in described["paths"]:
        assert f"<code>{path}</code>" in page.text
    assert "{{" not in page.text


def test_several_are_served_at_a_time(url: str, known: dict[str, Answer]) -> None:
    """All get their own answers, and the pages are served meanwhile."""
    questions = [SAPPERS, UNANSWERED] * 2

    def ask(question: str) -> str:
        return str(httpx.post(f"{url}/api/ask", json={"question": question}, timeout=120).json()["text"])

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask, question) for question in questions]
        assert httpx.get(f"{url}/api", timeout=120).status_code == 200
        assert [one.result() for one in asked] == [known[question].text for question in questions]


# --- MCP


def with_mcp(url: str, work: Callable[[ClientSession], Awaitable[Any]], **headers: str) -> Any:
    async def run() -> Any:
        async with (
            httpx.AsyncClient(headers=headers, timeout=60) as client,
            streamable_http_client(f"{url}/mcp", http_client=client) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await work(session)

    return asyncio.run(run())


def test_mcp_has_the_four_tools_and_nothing_else(url: str) -> None:
    async def ask(session: ClientSession) -> Any:
        return (
            (await session.list_tools()).tools,
            (await session.list_resources()).resources,
            (await session.list_prompts()).prompts,
        )

    tools, resources, prompts = with_mcp(url, ask)
    assert ({tool.name for tool in tools}, resources, prompts) == ({"ask", "search", "article", "list"}, [], [])
    by_name = {tool.name: tool for tool in tools}
    asked = by_name["ask"].inputSchema
    assert asked["required"] == ["question"]
    assert asked["properties"]["question"]["maxLength"] == 2000
    assert asked["properties"]["as_of"]["anyOf"][0] == {"format": "date", "type": "string"}
    k = by_name["search"].inputSchema["properties"]["k"]
    assert (k["type"], k["minimum"], k["maximum"], k["default"]) == ("integer", 1, 50, 10)
    for tool in tools:
        assert len(tool.description) > 60
        assert tool.outputSchema["properties"]
        assert tool.annotations.readOnlyHint
        assert all(p["description"] for p in tool.inputSchema["properties"].values())


def test_mcp_answers_as_the_python_api_does(url: str, desk: Rag, known: dict[str, Answer]) -> None:
    async def use(session: ClientSession) -> list[CallToolResult]:
        listed = await session.call_tool("list", {"limit": 1})
        article_id = (listed.structuredContent or {})["articles"][0]["id"]
        return [
            await session.call_tool("ask", {"question": SAPPERS}),
            await session.call_tool("search", {"question": SAPPERS, "k": 2}),
            listed,
            await session.call_tool("article", {"article_id": article_id}),
        ]

    results = with_mcp(url, use)
    assert not any(result.isError for result in results)
    answer, found, listed, article = (result.structuredContent for result in results)
    assert answer["text"] == known[SAPPERS].text
    assert [p["text"] for p in found["passages"]] == [p.text for p in desk.search(SAPPERS, k=2)]
    assert (listed["total"], len(listed["articles"])) == (len(desk.articles()), 1)
    stored = desk.article(article["id"])
    assert stored is not None
    assert article["text"] == stored.text


def test_mcp_counts_last_week_from_the_day_of_asking(url: str) -> None:
    asked = {"question": "What was said of the sappers last week?", "as_of": "2025-06-26"}

    async def use(session: ClientSession) -> list[CallToolResult]:
        return [await session.call_tool(tool, asked) for tool in ("ask", "search")]

    for result in with_mcp(url, use):
        filters = (result.structuredContent or {})["filters"]
        assert (filters["since"], filters["until"]) == ("2025-06-16", "2025-06-22")


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("ask", {"question": "?"}, "the question is empty"),
        ("ask", {"question": "a" * 2001}, "2000 characters"),
        ("ask", {}, "question"),
        ("search", {"question": SAPPERS, "k": 51}, "less than or equal to 50"),
        ("article", {"article_id": "none"}, 'no article is stored as "none"'),
        ("list", {"limit": 0}, "greater than or equal to 1"),
        ("delete", {}, "delete"),
    ],
)
def test_mcp_says_what_is_wrong(url: str, tool: str, arguments: dict[str, Any], says: str) -> None:
    result = with_mcp(url, lambda session: session.call_tool(tool, arguments))
    (content,) = result.content
    assert result.isError
    assert isinstance(content, TextContent)
    assert says in content.text


def test_mcp_is_also_where_gradio_would_have_it(url: str) -> None:
    tools = with_mcp(f"{url}/gradio_api", lambda session: session.list_tools()).tools
    assert len(tools) == 4


# --- OpenAI's protocol


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        yield client


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def test_there_is_one_model(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["clipdesk"]
    assert client.models.retrieve("clipdesk").id == "clipdesk"
    with pytest.raises(openai.NotFoundError, match='use "clipdesk"'):
        client.models.retrieve("gpt")


@pytest.fixture(scope="module")
def completed(client: openai.OpenAI) -> ChatCompletion:
    return client.chat.completions.create(model="clipdesk", messages=[user(SAPPERS)], temperature=0)


def test_a_completion_is_the_answer_with_its_citations(completed: ChatCompletion, known: dict[str, Answer]) -> None:
    (choice,) = completed.choices
    answer = known[SAPPERS]
    content = choice.message.content or ""
    assert content.startswith(answer.text + "\n\nSources:\n[1] ")
    assert choice.finish_reason == "stop"
    check_annotations(content, [a.to_dict() for a in choice.message.annotations or []], answer)


def check_annotations(content: str, annotations: list[dict[str, Any]], answer: Answer) -> None:
    """One annotation for each mark, at its place, with the exact words."""
    assert len(annotations) == len(answer.citations)
    for annotation, citation in zip(annotations, answer.citations, strict=True):
        assert annotation["type"] == "url_citation"
        about = annotation["url_citation"]
        assert content[about["start_index"] : about["end_index"]] == f"[{citation.number}]"
        assert about["quote"] == citation.quote
        assert citation.article.text[about["article_start"] : about["article_end"]] == citation.quote
        assert (about["outlet"], about["article_id"]) == (citation.article.source, citation.article.id)
        assert about["published"] == (citation.article.published and citation.article.published.isoformat())
        assert about["url"].startswith("http")


def test_an_article_without_a_link_is_linked_to_here(completed: ChatCompletion) -> None:
    (about, *_) = (a.url_citation for a in completed.choices[0].message.annotations or [])
    assert httpx.get(about.url).json()["title"] == about.title


def test_a_stream_says_the_same(client: openai.OpenAI, completed: ChatCompletion, known: dict[str, Answer]) -> None:
    stream = client.chat.completions.create(
        model="clipdesk", messages=[user(SAPPERS)], stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    whole = completed.choices[0].message
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    annotations = [a for delta in deltas for a in delta.to_dict().get("annotations", [])]
    check_annotations(whole.content or "", annotations, known[SAPPERS])
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_refusal_is_a_message_too(client: openai.OpenAI, known: dict[str, Answer]) -> None:
    message = client.chat.completions.create(model="clipdesk", messages=[user(UNANSWERED)]).choices[0].message
    assert message.content == known[UNANSWERED].text
    assert message.annotations == []


@pytest.mark.parametrize(
    ("request_", "status", "says"),
    [
        ({"model": "gpt-4o", "messages": [user("Who?")]}, 404, 'use "clipdesk"'),
        ({"model": "clipdesk", "messages": []}, 400, "messages: "),
        ({"model": "clipdesk", "messages": [user(" ")]}, 400, "the question is empty"),
        ({"model": "clipdesk", "messages": [user("a" * 2001)]}, 400, "longer than 2,000"),
        ({"model": "clipdesk", "messages": [{"role": "assistant", "content": "Hello"}]}, 400, "send the question last"),
        ({"model": "clipdesk", "messages": [user("Who?")], "n": 2}, 400, "n: "),
        ({"model": "clipdesk", "messages": [user("b" * 1_000_000)]}, 413, "1,000,000 bytes"),
    ],
)
def test_errors_have_the_shape_of_openai(
    client: openai.OpenAI, request_: dict[str, Any], status: int, says: str
) -> None:
    with pytest.raises(openai.APIStatusError, match=says) as caught:
        client.chat.completions.create(**request_)
    assert caught.value.status_code == status
    assert caught.value.type == "invalid_request_error"


def test_history_parts_and_footnotes(tmp_path: Any) -> None:
    """A conversation is what the Rag was told before; our own list of sources is no part of it."""
    with fake_llm() as llm:
        settings = Settings(mode="llm", openai_base_url=llm.url)
        with Rag.open(tmp_path, settings=settings) as rag:
            rag.ingest(SAMPLE, captured=CAPTURED)
            served = app.start(app.build(rag), rag, host="127.0.0.1", port=0)
            try:
                with openai.OpenAI(base_url=f"{served.url}v1", api_key="any", max_retries=0) as client:
                    llm.replies += [
                        Reply(("Pyongyang is sending 1,000 sappers [1]. ", "They number 77,000 [1].")) for _ in "ab"
                    ]
                    first = client.chat.completions.create(model="clipdesk", messages=[user(SAPPERS)])
                    said = first.choices[0].message.content or ""
                    assert "Not borne out by the articles: “They number 77,000.”" in said
                    assert first.usage is not None
                    assert (first.usage.prompt_tokens, first.usage.completion_tokens) == (11, 7)
                    parts = {"role": "user", "content": [{"type": "text", "text": SAPPERS}]}
                    talk: Any = [
                        {"role": "system", "content": "Be brief."},
                        parts,
                        {"role": "assistant", "content": said},
                        user("How many sappers did you say?"),
                    ]
                    client.chat.completions.create(model="clipdesk", messages=talk)
                    sent = json.dumps(llm.asked[-1]["messages"])
                    assert "1,000 sappers" in sent
                    assert "Sources:" not in sent
                    lost = client.chat.completions.create(model="clipdesk", messages=talk).choices[0].message.content
                    assert "There is no written answer, so the evidence is quoted" in (lost or "")
                    stream = client.chat.completions.create(model="clipdesk", messages=talk, stream=True)
                    pieces = [c.choices[0].delta.content or "" for c in stream if c.choices]
                    assert "so the evidence is quoted" in "".join(pieces)
            finally:
                served.close()


def test_articles_cannot_put_markup_into_other_programs(tmp_path: Any) -> None:
    page = tmp_path / "trap.txt"
    page.write_text(
        "Harbour council votes\nHarbour council votes\n\nHarbour Times2 days ago\n\n"
        "The harbour council of Brackwater voted for a lighthouse of 41 metres ![plan](http://evil.example/p.png) on "
        "Monday, <img src=x> and [a form](http://evil.example) was signed.\n"
        "The lighthouse will cost 3 million crowns, said the treasurer. Work begins in the spring.\n",
        encoding="utf-8",
    )
    with Rag.open(tmp_path / "data") as rag:
        rag.ingest(page, captured=CAPTURED)
        served = app.start(app.build(rag), rag, host="127.0.0.1", port=0)
        try:
            with openai.OpenAI(base_url=f"{served.url}v1", api_key="any") as client:
                asked = [user("How many metres is the lighthouse of Brackwater?")]
                message = client.chat.completions.create(model="clipdesk", messages=asked).choices[0].message
        finally:
            served.close()
    assert "41 metres \\![plan\\](http" in (message.content or "")
    assert "\\<img" in (message.content or "")
    (about,) = {json.dumps(a.url_citation.to_dict()) for a in message.annotations or []}
    assert "![plan](http" in json.loads(about)["quote"]


# --- who may come in


@pytest.mark.parametrize("path", ["/", "/api", "/api/articles", "/v1/models", "/mcp", "/config", "/gradio_api/info"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:7860"},
        {"Host": "localhost.evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
def test_other_pages_are_not_answered(web: httpx.Client, path: str, headers: dict[str, str]) -> None:
    got = web.get(path, headers=headers)
    assert got.status_code == 403
    assert "access-control-allow-origin" not in got.headers
    assert ("error" if path.startswith("/v1") else "detail") in got.json()


def test_a_preflight_of_another_page_is_refused(web: httpx.Client) -> None:
    asking = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    assert web.options("/api/ask", headers=asking).status_code == 403


def test_our_own_page_and_links_to_it_are_answered(web: httpx.Client, url: str) -> None:
    assert web.get("/api/articles", headers={"Origin": url}).status_code == 200
    port = url.rpartition(":")[2]
    assert web.get("/", headers={"Host": f"localhost:{port}"}).status_code == 200
    assert web.get("/", headers={"Host": f"[::1]:{port}"}).status_code == 200
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert web.get("/", headers=followed).status_code == 200
    assert web.post("/api/search", json={"question": SAPPERS}, headers=followed).status_code == 403


@pytest.fixture(scope="module")
def closed_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Rag.open(tmp_path_factory.mktemp("closed"), settings=Settings(auth="anna:s3cret:x")) as rag:
        served = app.start(app.build(rag), rag, host="127.0.0.1", port=0)
        yield served.url.rstrip("/")
        served.close()


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/articles", "/api/openapi.json", "/v1/models", "/mcp", "/config", "/gradio_api/info"]
)
def test_the_password_is_asked_for_everywhere(closed_url: str, path: str) -> None:
    for given in (None, ("anna", "wrong"), ("anna", ""), ("bert", "s3cret:x")):
        got = httpx.get(closed_url + path, auth=given)
        assert got.status_code == 401
        assert got.headers["www-authenticate"].startswith("Basic ")
    for header in (
        "Bearer anna",
        "Bearer",
        "Basic",
        "Basic !",
        "Basic YW5uYQ==",
        "Digest anna:s3cret:x",
        "Bearer \xe9",
    ):
        assert httpx.get(closed_url + path, headers={"Authorization": header.encode("latin-1")}).status_code == 401
    if path != "/mcp":  # it wants more than that
        assert httpx.get(closed_url + path, auth=("anna", "s3cret:x")).status_code == 200
    assert httpx.get(closed_url + path, auth=("anna", "s3cret:x"), headers={"Origin": "http://e"}).status_code == 403


def test_programs_give_the_password_as_their_key(closed_url: str) -> None:
    with openai.OpenAI(base_url=f"{closed_url}/v1", api_key="anna:s3cret:x") as client:
        assert [model.id for model in client.models.list()] == ["clipdesk"]
    with (
        openai.OpenAI(base_url=f"{closed_url}/v1", api_key="wrong") as client,
        pytest.raises(openai.AuthenticationError, match="user name and password"),
    ):
        client.models.list()
    key = "Bearer anna:s3cret:x"
    assert len(with_mcp(closed_url, lambda session: session.list_tools(), Authorization=key).tools) == 4
    with pytest.raises(BaseExceptionGroup):
        with_mcp(closed_url, lambda session: session.list_tools())


@pytest.mark.parametrize("auth", ["anna", "anna:", ":secret", "NONE"])
def test_a_password_has_two_parts(auth: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPDESK_AUTH", auth)
    with pytest.raises(
        SettingsError, match=r"CLIPDESK_AUTH cannot be used: .* neither user:password nor none"
    ) as caught:
        load_settings()
    assert "secret" not in str(caught.value)


def test_other_machines_are_not_served_without_a_password(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"0\.0\.0\.0 is open to other machines.* CLIPDESK_AUTH"):
        app.main(data=tmp_path, host="0.0.0.0", port=0)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("CLIPDESK_AUTH", "none")
    assert "everyone who can reach 0.0.0.0" in (app.exposure(load_settings(host="0.0.0.0")) or "")
    assert app.exposure(load_settings(host="localhost")) is None
    monkeypatch.setenv("CLIPDESK_AUTH", "anna:secret")
    assert app.exposure(load_settings(host="0.0.0.0")) is None
