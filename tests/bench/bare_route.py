"""A bare Starlette route that reads a body and answers JSON: what the demo org's speed is held against."""

import json
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def response(request: Request) -> Response:
    """Read the body, response as much JSON as a token response has."""
    await request.body()
    return JSONResponse({"token_type": "Bearer", "padding": "x" * 2000})


def main() -> None:
    """Serve on the port given, until killed."""
    port = int(sys.argv[1])
    print(json.dumps({"port": port}), flush=True)
    app = Starlette(routes=[Route("/token", response, methods=["POST"])])
    uvicorn.run(
        app, port=port, http="h11", loop="asyncio", lifespan="off", access_log=False, log_level="critical", workers=1
    )


if __name__ == "__main__":
    main()
