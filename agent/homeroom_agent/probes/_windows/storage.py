r"""Windows: asking each ``\\.\PhysicalDriveN``, opened without any access right."""

from __future__ import annotations

from collections.abc import Iterator

from homeroom_agent.parsers.disk import windows_storage as storage
from homeroom_agent.parsers.disk.drive import Drive
from homeroom_agent.probes._windows.device import Device, Opener, answer

_MOST_DRIVES = 16
_DESCRIPTOR_BYTES = 1024
_PREDICTION_BYTES = 516


def drives(opener: Opener) -> Iterator[Drive]:
    """Every drive that can be opened; numbers have gaps where one was taken out."""
    for number in range(_MOST_DRIVES):
        try:
            with opener(rf"\\.\PhysicalDrive{number}") as device:
                yield storage.drive(f"disk{number}", _ask(device))
        except OSError:
            continue


def _ask(device: Device) -> storage.Answers:
    def about(property_id: int) -> bytes:
        query = storage.property_query(property_id)
        return answer(device, storage.IOCTL_QUERY_PROPERTY, query, _DESCRIPTOR_BYTES)

    log = storage.nvme_log_query()
    return storage.Answers(
        device=about(storage.DEVICE_PROPERTY),
        seek_penalty=about(storage.SEEK_PENALTY_PROPERTY),
        temperature=about(storage.TEMPERATURE_PROPERTY),
        geometry=answer(device, storage.IOCTL_DRIVE_GEOMETRY_EX, b"", _DESCRIPTOR_BYTES),
        nvme_log=answer(device, storage.IOCTL_QUERY_PROPERTY, log, len(log)),
        prediction=answer(device, storage.IOCTL_PREDICT_FAILURE, b"", _PREDICTION_BYTES),
    )
