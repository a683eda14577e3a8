"""What a failure inside aiohttp means, in our errors and in plain words.

No word of aiohttp's own is passed on: its texts may hold the URL, query and all.
"""

import os
from ssl import SSLCertVerificationError

import aiohttp
from aiohttp import http
from yarl import URL

from jofi_async.core.errors import ConfigurationError, JofiAsyncError, NotSentError, UnknownOutcomeError
from jofi_async.core.wire import Request, Response, Timeout


def place(request: Request) -> str:
    """Return host and port, which is all of a URL that a message may hold."""
    url = URL(request.url, encoded=True)
    return f"{url.host}:{url.port}"


def cause(error: Exception) -> BaseException | None:
    """Return what our error may be raised from."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error
    return None if isinstance(error, aiohttp.ClientError | http.HttpProcessingError | ValueError) else error


def failure(error: Exception, request: Request) -> JofiAsyncError:
    """Name what aiohttp's session raised, and note whether anything may have left."""
    match error:
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return ConfigurationError("The URL of the request cannot be called")
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return not_sent(error, request)
        case aiohttp.ClientError() | OSError():
            request.departed = True
            return unknown(error, request)
        case _:
            return ConfigurationError(f"The request cannot be sent: {error}")


def not_sent(error: Exception, request: Request) -> NotSentError:
    """Word a failure from before there was a connection."""
    where = place(request)
    if isinstance(error, aiohttp.ClientConnectorError):
        where = f"{error.host}:{error.port}"  # the proxy's, where that is what could not be reached
    return NotSentError(f"No connection to {where}: {_obstacle(error, request.timeout)}")


def _obstacle(error: Exception, timeout: Timeout) -> str:
    match error:
        case TimeoutError():
            return f"none came to stand within {timeout.connect:g} s"
        case aiohttp.ClientConnectorDNSError():
            return "its name cannot be looked up"
        case aiohttp.ClientConnectorCertificateError(certificate_error=SSLCertVerificationError() as flaw):
            return f"its certificate is not to be trusted ({flaw.verify_message})"
        case aiohttp.ClientSSLError():
            return "no agreement on TLS"
        case aiohttp.ClientHttpProxyError(status=status):
            return f"the proxy refused it with {status}"
        case aiohttp.ClientConnectorError(os_error=OSError(errno=int() as number)):
            return os.strerror(number).lower()
        case _:
            return "it broke off while it was made"


def unknown(error: Exception, request: Request, response: Response | None = None) -> UnknownOutcomeError:
    """Word a failure from after that, with what had come of the answer."""
    where = place(request)
    match error:
        case TimeoutError():
            words = f"Nothing more came from {where} for {request.timeout.read:g} s"
        case http.HttpProcessingError():
            words = f"What {where} answered is not HTTP"
        case _ if response is not None:
            words = f"The answer of {where} broke off after {len(response.body)} bytes"
        case _:
            words = f"The connection to {where} broke off before the answer"
    return UnknownOutcomeError(words, response=response)
