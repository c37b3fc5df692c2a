"""Bodies of requests: JSON of a declared form, bounded in bytes and time."""

import asyncio
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from discogs_assets.errors import QuestionError

BODY_SECONDS = 10.0

SAID = 500
"""Characters of the list of errors."""

Model = TypeVar("Model", bound=BaseModel)


def list_statuses(limit: int) -> dict[int, str]:
    """Return the statuses of a body that cannot be read, each with its reason."""
    return {
        408: "The body did not arrive in time.",
        413: f"The body is larger than {limit >> 10} KiB.",
        415: "The body is not application/json.",
        422: "The body or a parameter is not of the declared form.",
    }


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body. Raises QuestionError: 415 unless it is JSON, 413 beyond `limit` bytes, 408 if it is slow."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise QuestionError(415, "the body must be sent as application/json")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise QuestionError(413, f"the body is too long, expected at most {limit} bytes")
    except TimeoutError as error:
        raise QuestionError(408, f"the body did not arrive within {BODY_SECONDS:.0f} s") from error
    except ClientDisconnect as error:
        raise QuestionError(400, "the client left before the body was sent") from error
    return bytes(body)


def read_model(model: type[Model], body: bytes) -> Model:
    """Return the body as a model. Raises QuestionError (422) if it is not of the declared form."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        said = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}".removeprefix(": ") for each in error.errors()[:5]]
        raise QuestionError(422, f"{'; '.join(said)[:SAID]}. /openapi.json has an example.") from None
