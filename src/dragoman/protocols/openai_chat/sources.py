"""Sources that an answer lists beside its choices, without a place in the text: they are citations of the whole of it.

| field | who |
|---|---|
| `search_results`: `url`, `title`, `snippet` | Perplexity: https://docs.perplexity.ai/api-reference/chat-completions-post |
| `citations`: addresses alone | Perplexity's older answers, xAI: https://docs.x.ai/docs/guides/live-search |
| `web_search`: `link`, `title`, `content` | Z.ai: https://docs.z.ai/api-reference/llm/chat-completion |
| `venice_parameters.web_search_citations` | Venice: https://docs.venice.ai/api-reference/endpoint/chat/completions |

The fields themselves stay in `Extra` as they came, and are what a server says again: such citations are not said twice.
"""

from __future__ import annotations

from typing import Any

from ...types.content import Citation

__all__ = ["sources"]


def sources(fields: dict[str, Any]) -> tuple[Citation, ...]:
    """The sources that the fields of an answer list, from the first field that lists any."""
    venice = fields.get("venice_parameters")
    lists = (
        ("search_result", fields.get("search_results")),
        ("web_search", fields.get("web_search")),
        ("web_search", venice.get("web_search_citations") if isinstance(venice, dict) else None),
        ("citation", fields.get("citations")),
    )
    for kind, listed in lists:
        if isinstance(listed, list) and (found := [source for entry in listed if (source := _source(kind, entry)) is not None]):
            return tuple(found)
    return ()


def _source(kind: str, entry: Any) -> Citation | None:
    if isinstance(entry, str):
        return Citation(kind, entry) if entry else None
    if not isinstance(entry, dict):
        return None
    url, title = _text(entry, "url", "link"), _text(entry, "title")  # a document of the caller's has no address
    return Citation(kind, url, title, _text(entry, "snippet", "content"), raw=entry) if url or title else None


def _text(entry: dict[str, Any], *names: str) -> str | None:
    return next((value for name in names if isinstance(value := entry.get(name), str) and value), None)
