"""What people write to deliver from JetStream: nats-py and httpx. Beside waypost in the group `nats`.

nats_relay.py publish SERVER FILE             each line is an event
nats_relay.py relay SERVER COUNT URL CA AT_ONCE    posts each event, signed, and acknowledges it
"""

import asyncio
import hashlib
import hmac
import sys

import nats

SUBJECT = "peer.events"
SECRET = b"a signing secret for measuring"


async def publish(server, file):
    connection = await nats.connect(server)
    stream = connection.jetstream()
    await stream.add_stream(name="PEER", subjects=[SUBJECT], retention="workqueue", storage="file")
    with open(file, "rb") as lines:
        for number, line in enumerate(lines):
            await stream.publish_async(SUBJECT, line.rstrip(b"\n"), headers={"Nats-Msg-Id": str(number)})
    await stream.publish_async_completed()
    await connection.close()


async def relay(server, count, url, ca, at_once):
    import httpx

    connection = await nats.connect(server)
    events = await connection.jetstream().pull_subscribe(SUBJECT, durable="peer")
    left = count
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx.AsyncClient(verify=ca, limits=limits, timeout=30) as client:

        async def deliver(event):
            headers = {
                "content-type": "application/json",
                "webhook-id": event.headers["Nats-Msg-Id"],
                "x-signature": hmac.new(SECRET, event.data, hashlib.sha256).hexdigest(),
            }
            (await client.post(url, content=event.data, headers=headers)).raise_for_status()
            await event.ack()

        while left:
            fetched = await events.fetch(min(at_once, left), timeout=10)
            await asyncio.gather(*map(deliver, fetched))
            left -= len(fetched)
    await connection.close()


if __name__ == "__main__":
    command, server, *rest = sys.argv[1:]
    if command == "publish":
        asyncio.run(publish(server, *rest))
    else:
        asyncio.run(relay(server, int(rest[0]), rest[1], rest[2], int(rest[3])))
