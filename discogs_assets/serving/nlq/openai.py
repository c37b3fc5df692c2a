"""Chat completions, as OpenAI and most other servers of models have them."""

import json
from typing import Any

from discogs_assets.serving.nlq.conversation import Call, Conversation, NlqError, Offer, Turn

OWN_HOST = "api.openai.com"


class OpenAI:
    """Dialect of /v1/chat/completions."""

    endpoint = "/v1/chat/completions"

    def __init__(self, model: str, host: str) -> None:
        self._model = model
        # OpenAI's newer models refuse the name that all others know.
        self._limit = "max_completion_tokens" if host == OWN_HOST else "max_tokens"

    def write_headers(self, key: str) -> dict[str, str]:
        """Return the headers that carry the key, if there is one."""
        return {"Authorization": f"Bearer {key}"} if key else {}

    def write_body(self, talk: Conversation, offers: list[Offer], limit: int, *, last: bool) -> dict[str, Any]:
        """Return the request for a turn of at most `limit` tokens; the last one may call no tools."""
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": talk.prompt},
            {"role": "user", "content": talk.question},
        ]
        for turn, replies in talk.exchanges:
            calls = [_write_call(each.call) for each in replies]
            messages.append({"role": "assistant", "content": turn.text or None, "tool_calls": calls})
            messages += [{"role": "tool", "tool_call_id": each.call.id, "content": each.text} for each in replies]
        return {
            "model": self._model,
            "messages": messages,
            "tools": [_write_offer(each) for each in offers],
            "tool_choice": "none" if last else "auto",
            self._limit: limit,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    def read(self, event: Any, turn: Turn) -> str:
        """Add an event to the turn, and return its text. Raises NlqError if it is an error."""
        if event.get("error"):
            raise NlqError(503, "the model's server broke off. Ask again.", again=not turn.begun)
        usage = event.get("usage") or {}
        turn.read = int(usage.get("prompt_tokens") or turn.read)
        turn.written = int(usage.get("completion_tokens") or turn.written)
        text = ""
        for choice in event.get("choices") or ():
            delta = choice.get("delta") or {}
            text += delta.get("content") or ""
            for part in delta.get("tool_calls") or ():
                _add_part(turn, part)
            turn.stop = choice.get("finish_reason") or turn.stop
        turn.text += text
        return text


def _write_offer(offer: Offer) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": offer.name, "description": offer.doc, "parameters": offer.schema},
    }


def _write_call(call: Call) -> dict[str, Any]:
    # Some servers refuse a history with arguments that are no JSON.
    arguments = json.dumps(call.arguments or {})
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _add_part(turn: Turn, part: Any) -> None:
    """Add a part of a call. Some servers give all calls the same place, and others none of them an id."""
    place, given = part.get("index") or 0, part.get("id") or ""
    known = turn.calls.get(place)
    if known is None or (given and given != known.id):
        if known is not None:
            turn.calls[(place, known.id)] = known
            del turn.calls[place]
        known = turn.calls[place] = Call(given or f"call_{len(turn.calls)}")
    function = part.get("function") or {}
    known.name = known.name or function.get("name") or ""
    known.raw += function.get("arguments") or ""
