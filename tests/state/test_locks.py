from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from crawler.state import locks
from crawler.state.locks import HeldError, Lock, locked
from output.filesystem import is_shared

HOLD = """
import socket, sys
from crawler.state import locks
from crawler.state.locks import locked
if len(sys.argv) > 3:  # as if on another host
    socket.gethostname = lambda: sys.argv[3]
    locks.LEASE = float(sys.argv[4])
with locked(sys.argv[1], "kontan", shared=sys.argv[2] == "True"):
    print("held", flush=True)
    input()
"""


@pytest.fixture(params=[False, True], ids=["local", "shared"])
def shared(request):
    return request.param


@pytest.fixture
def holder(tmp_path, shared):
    command = [sys.executable, "-c", HOLD, str(tmp_path), str(shared)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_refused_run_is_told_who_holds_the_lock(tmp_path, shared, holder):
    told = rf"kontan .* process {holder.pid} on \S+ since 20"
    with pytest.raises(HeldError, match=told), locked(tmp_path, "kontan", shared=shared):
        pytest.fail("held twice")


def test_locks_of_two_outlets_are_independent(tmp_path, shared, holder):
    with locked(tmp_path, "antara", shared=shared):
        pass


def test_the_lock_of_a_killed_run_is_free(tmp_path, shared, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with locked(tmp_path, "kontan", shared=shared):
        pass


@pytest.fixture
def lease():
    return 1.0


@pytest.fixture
def elsewhere(tmp_path, monkeypatch, lease):
    """A holder on another host."""
    monkeypatch.setattr(locks, "LEASE", lease)
    command = [sys.executable, "-c", HOLD, str(tmp_path), "True", "lain.example", str(lease)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


@pytest.mark.parametrize("lease", [15.0])  # so long must no heartbeat fail, on any machine
def test_a_live_run_on_another_host_keeps_its_lock(tmp_path, elsewhere):
    with (
        pytest.raises(HeldError, match=rf"process {elsewhere.pid} on lain.example since"),
        locked(tmp_path, "kontan", shared=True),
    ):
        pytest.fail("held twice")


def test_the_lock_of_a_run_that_died_on_another_host_is_free_after_the_lease(tmp_path, elsewhere):
    elsewhere.kill()
    elsewhere.wait()
    pauses = 0
    lock = Lock(tmp_path, "kontan", shared=True)
    for pause in lock.attempts():
        pauses += 1
        time.sleep(pause)
    assert pauses
    with lock:
        assert (
            json.loads((tmp_path / locks.FOLDER / "kontan.json").read_text())["pid"] == os.getpid()
        )


def test_the_lock_of_a_run_that_died_before_its_note_is_free(tmp_path, elsewhere):
    elsewhere.kill()
    elsewhere.wait()
    (tmp_path / locks.FOLDER / "kontan.json").unlink()
    with locked(tmp_path, "kontan", shared=True):
        pass


def test_a_lock_is_free_after_its_block(tmp_path, shared):
    for _ in range(2):
        with locked(tmp_path, "kontan", shared=shared):
            pass
    assert not list((tmp_path / locks.FOLDER).glob("*.json"))


def test_a_lock_is_free_after_an_error(tmp_path, shared):
    with pytest.raises(ZeroDivisionError), locked(tmp_path, "kontan", shared=shared):
        raise ZeroDivisionError
    with locked(tmp_path, "kontan", shared=shared):
        pass


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("/", False), ("/srv/data", True), ("/srv/data/wartatek", True), ("/srv/database", False)],
)
def test_a_network_folder_is_known_by_its_mount(tmp_path, folder, expected):
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/vda / ext4 rw 0 0\nserver:/data /srv/data nfs4 rw 0 0\n")
    assert is_shared(folder, mounts) is expected


def test_without_a_list_of_mounts_a_folder_is_local(tmp_path):
    assert is_shared(tmp_path, tmp_path / "missing") is False


def test_where_not_even_the_root_is_mounted_a_folder_is_local(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text("proc /proc proc rw 0 0\n")
    assert is_shared(tmp_path, mounts) is False
