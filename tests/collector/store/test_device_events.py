"""What happened to devices, on stores of both kinds."""

from functools import partial

from homeroom_collector.model import Device
from homeroom_collector.store import Store, device_events, devices

NOW = 1_795_000_000.0


async def test_events_are_kept_newest_first_and_found_by_kind(store: Store):
    laptop = Device(device_id="", device_class="computer", school_id="lincoln", serial="5CD1234")
    enrolled = await store.write(partial(devices.enrol, facts=laptop, now=NOW))
    await store.write(partial(devices.enrol, facts=laptop, now=NOW + 10))
    shared = partial(device_events.record, number=enrolled.number, now=NOW + 20, kind="cloned", detail="two machines")
    await store.write(shared)
    listed = await store.read(device_events.listed)
    assert [(row["kind"], row["happened_at"]) for row in listed] == [
        ("cloned", NOW + 20),
        ("reenrolled", NOW + 10),
        ("enrolled", NOW),
    ]
    assert {row["device_id"] for row in listed} == {enrolled.device.device_id}
    assert await store.read(partial(device_events.listed, since=NOW + 15, most=5)) == listed[:1]
    lately = partial(device_events.happened_since, number=enrolled.number, kind="cloned")
    assert await store.read(partial(lately, moment=NOW + 20))
    assert not await store.read(partial(lately, moment=NOW + 21))
