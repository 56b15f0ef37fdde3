from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from crawler import locks
from crawler.locks import HeldError, is_shared, locked

HOLD = """
import sys
from crawler.locks import locked
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


def test_who_is_refused_is_told_by_whom(tmp_path, shared, holder):
    told = rf"kontan .* process {holder.pid} on \S+ since 20"
    with pytest.raises(HeldError, match=told), locked(tmp_path, "kontan", shared=shared):
        pytest.fail("held twice")


def test_outlets_do_not_wait_for_each_other(tmp_path, shared, holder):
    with locked(tmp_path, "antara", shared=shared):
        pass


def test_who_was_killed_holds_nothing(tmp_path, shared, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with locked(tmp_path, "kontan", shared=shared):
        pass


def test_it_is_free_again_afterwards(tmp_path, shared):
    for _ in range(2):
        with locked(tmp_path, "kontan", shared=shared):
            pass
    assert not list((tmp_path / locks.FOLDER).glob("*.json"))


def test_it_is_free_again_after_an_error(tmp_path, shared):
    with pytest.raises(ZeroDivisionError), locked(tmp_path, "kontan", shared=shared):
        raise ZeroDivisionError
    with locked(tmp_path, "kontan", shared=shared):
        pass


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("/", False), ("/srv/data", True), ("/srv/data/wartatek", True), ("/srv/database", False)],
)
def test_a_network_folder_is_told_by_its_mount(tmp_path, folder, expected):
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/vda / ext4 rw 0 0\nserver:/data /srv/data nfs4 rw 0 0\n")
    assert is_shared(folder, mounts) is expected


def test_without_a_list_of_mounts_a_folder_is_local(tmp_path):
    assert is_shared(tmp_path, tmp_path / "missing") is False
