"""Messages, as Anthropic has them."""

from typing import Any

from discogs_assets.serving.nlq.conversation import Call, Conversation, NlqError, Offer, Reply, Turn

VERSION = "2023-06-01"


class Anthropic:
    """Dialect of /v1/messages."""

    endpoint = "/v1/messages"

    def __init__(self, model: str) -> None:
        self._model = model

    def write_headers(self, key: str) -> dict[str, str]:
        """Return the headers that carry the key, if there is one."""
        return {"anthropic-version": VERSION, **({"x-api-key": key} if key else {})}

    def write_body(self, talk: Conversation, offers: list[Offer], limit: int, *, last: bool) -> dict[str, Any]:
        """Return the request for a turn of at most `limit` tokens; the last one may call no tools."""
        messages: list[dict[str, Any]] = [{"role": "user", "content": talk.question}]
        for turn, replies in talk.exchanges:
            said = [{"type": "text", "text": turn.text}] if turn.text.strip() else []
            messages.append({"role": "assistant", "content": [*said, *(_write_call(each.call) for each in replies)]})
            messages.append({"role": "user", "content": [_write_reply(each) for each in replies]})
        return {
            "model": self._model,
            # Tools and prompt are the same in every request: the server need not read them again.
            "system": [{"type": "text", "text": talk.prompt, "cache_control": {"type": "ephemeral"}}],
            "messages": messages,
            "tools": [{"name": each.name, "description": each.doc, "input_schema": each.schema} for each in offers],
            "tool_choice": {"type": "none" if last else "auto"},
            "max_tokens": limit,
            "stream": True,
        }

    def read(self, event: Any, turn: Turn) -> str:
        """Add an event to the turn, and return its text. Raises NlqError if it is an error."""
        match event["type"]:
            case "message_start":
                _count(turn, event["message"].get("usage") or {})
            case "content_block_start" if event["content_block"]["type"] == "tool_use":
                block = event["content_block"]
                turn.calls[event["index"]] = Call("" + block["id"], "" + block["name"])
            case "content_block_start":
                return _add_text(turn, event["content_block"].get("text") or "")
            case "content_block_delta" if event["delta"]["type"] == "text_delta":
                return _add_text(turn, event["delta"]["text"])
            case "content_block_delta" if event["delta"]["type"] == "input_json_delta":
                turn.calls[event["index"]].raw += event["delta"]["partial_json"]
            case "message_delta":
                _count(turn, event.get("usage") or {})
                turn.stop = event["delta"].get("stop_reason") or turn.stop
            case "error":
                raise NlqError(503, "the model's server broke off. Ask again.", again=not turn.begun)
        return ""


def _count(turn: Turn, usage: Any) -> None:
    """Keep the numbers of tokens; cached ones count, too."""
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    turn.read = sum(int(usage.get(name) or 0) for name in names) or turn.read
    turn.written = int(usage.get("output_tokens") or turn.written)


def _add_text(turn: Turn, text: str) -> str:
    turn.text += text
    return text


def _write_call(call: Call) -> dict[str, Any]:
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments or {}}


def _write_reply(reply: Reply) -> dict[str, Any]:
    return {
        "type": "tool_result",
        "tool_use_id": reply.call.id,
        "content": reply.text,
        **({"is_error": True} if reply.failed else {}),
    }
