"""A disk that takes as long to sync as a test wants, between a program and its C library.

Files stay where they are, and are written as ever; only ``fsync`` and ``fdatasync`` return later.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack import tool, until

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *named(char *path, const char *name) {
    snprintf(path, PATH_MAX, "%s/%s", getenv("SLOW_DISK"), name);
    return path;
}

static void count(const char *name) {
    char path[PATH_MAX];
    int fd = open(named(path, name), O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1) abort();
    close(fd);
}

static int synced(const char *function, int fd) {
    char path[PATH_MAX];
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
    count("begun");
    while (access(named(path, "held"), F_OK) == 0) usleep(2000);
    int result = real(fd);
    count("ended");
    return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
"""


class SlowDisk:
    """``environment`` is what a program is started with, so that its syncs come through here."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        source, library = folder / "slow.c", folder / "slow.so"
        source.write_text(_SOURCE)
        command = [tool("cc"), "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source, "-ldl"]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        self._folder = folder
        self.environment = {"LD_PRELOAD": str(library), "SLOW_DISK": str(folder)}

    @property
    def syncs(self) -> int:
        """How many have been begun."""
        return self._count("begun")

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """No sync ends, until the block does."""
        held = self._folder / "held"
        held.touch()
        try:
            yield
        finally:
            held.unlink()

    async def hung(self) -> None:
        """Wait until somebody waits for a sync."""

        async def look() -> bool | None:
            return True if self._count("begun") > self._count("ended") else None

        await until(look, 60, "a sync that does not end")

    def _count(self, name: str) -> int:
        file = self._folder / name
        return file.stat().st_size if file.exists() else 0
