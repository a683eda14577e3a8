"""One router of events behind each web framework: `python -m examples.webhooks.aiohttp_app`, and so on.

Set WEBHOOK_SECRET, and WEBHOOK_HEADER if JOFI told you another than `x-signature`. With WEBHOOK_SECRET=whsec_sandbox,
`jofi sandbox --webhook http://localhost:8000/webhooks` pushes events to it; or sign one by hand::

    body='{"id": "evt_1", "type": "test_taker.created", "data": {"object": {"id": 777}}}'
    signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)
    curl -i localhost:8000/webhooks -H "x-signature: $signature" -d "$body"
"""
