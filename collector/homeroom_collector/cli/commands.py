"""The subcommands of ``homeroom``: what each is called, what it is for, and where it is.

A command is a module with ``add_arguments(parser)`` and ``run(options) -> int``, loaded when it is asked for: a list of
tokens does not need what the collector needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand. ``module`` is within ``homeroom_collector``; empty: a file of this package with its name."""

    name: str
    help: str
    module: str = ""

    def load(self) -> ModuleType:
        """Its module."""
        return import_module("homeroom_collector." + (self.module or f"cli.{self.name.replace('-', '_')}"))


COMMANDS = (
    Command("serve", "run the collector"),
    Command(
        "demo", "run a pretended district on this machine, with this machine as a real agent", module="demo.command"
    ),
    Command("check-config", "check the configuration and the files it names, and change nothing"),
    Command("sign-in", "print a link that signs in once"),
    Command("sign-ins", "list who signed in, when and how, and who was refused"),
    Command("token", "make, list and revoke enrolment tokens and API tokens"),
    Command("calendar", "show the days of school, and call days off at short notice"),
    Command("devices", "list the devices of the register; accept, reject or rekey single ones"),
    Command("events", "list what happened to devices: enrolled, set up again, moved, one key on two machines"),
    Command("import", "bring in what the district already knows", module="cli.import_"),
    Command("google", "bring in Chromebooks from Google's register and telemetry"),
    Command("snmp", "ask and find network gear, and list the device families that are known"),
    Command("standards", "hold every device and school to the district's minimum, with reasons"),
    Command(
        "report",
        "write a school's month or the district's quarter in plain words, as PDF or HTML, or send it to its readers",
    ),
    Command("topology", "show how network gear is connected"),
    Command("refresh", "plan the replacement of devices by fiscal year, with reasons and dollars"),
    Command("erate", "show the E-rate Category Two budget, what it paid for, and what an auditor would ask"),
    Command("reconcile", "find ghosts, forgotten, unregistered and misplaced devices; exit with 1 where there are any"),
    Command("equity", "compare schools by devices, bandwidth, uptime and repairs, and say what narrows the widest gap"),
    Command(
        "readiness",
        "tell which schools can hold a state test: devices, bandwidth and access points for so many at once",
    ),
    Command("register", "show the register of devices with its sources and history, or change one device by hand"),
    Command("problems", "list what is wrong and what explains it; acknowledge, take over, write notes"),
    Command("maintenance", "plan work at a school or on a device: no problems are made meanwhile, and what ends ends"),
    Command("tickets", "show the tickets that were made, and try the help desk"),
    Command(
        "doctor", "look at certificates, clock, store, disk, network gear, agents, calendars, help desk and secrets"
    ),
    Command("poll", "run a satellite: poll the network gear of one school and forward to the collector"),
    Command("satellite", "let satellites in, list them, and let them in no more"),
    Command("backup", "write everything that the store holds into one file, while the collector runs"),
    Command("restore", "check a backup and let it take the place of the store; the collector must be stopped"),
    Command("forget", "let go of everything that is known of a device, and give a receipt"),
    Command(
        "simulate", "play a pretended district of any size into a collector of its own, with troubles of known cause"
    ),
)
