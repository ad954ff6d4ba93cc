"""The journal: what is stored stays, what is torn is cut, what is damaged is named."""

from __future__ import annotations

import errno
import json
import os
import random
import resource
import subprocess
import sys
import time

import pytest

from leakstats.errors import LeakstatsError
from leakstats.experiment import journal as module
from leakstats.experiment.journal import Journal, JournalDamaged, read_journal, repair_journal


def fill(path, n=5):
    with Journal(path) as journal:
        for i in range(n):
            journal.append({"stage": "generate", "key": f"k{i}", "text": f"Ahoy {i} ☠\n\u2028 line"})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


class TestStored:
    def test_round_trip(self, path):
        fill(path)
        with Journal(path) as again:
            assert [r["key"] for r in again.records] == ["k0", "k1", "k2", "k3", "k4"]
            assert again.get("generate", "k3")["text"] == "Ahoy 3 ☠\n\u2028 line"
            assert again.has("generate", "k4")
            assert not again.has("train", "k4")
            again.append({"stage": "train", "key": "k4"})
        assert len(read_journal(path).records) == 6

    def test_lines_are_json(self, path):
        fill(path, 2)
        lines = path.read_text("utf-8").split("\n")
        assert [json.loads(line)["n"] for line in lines[:2]] == [0, 1]
        assert lines[2] == ""

    def test_a_missing_file_is_empty(self, path):
        assert read_journal(path).records == []

    def test_the_same_cell_twice_is_a_mistake_of_ours(self, path):
        with Journal(path) as journal:
            journal.append({"stage": "a", "key": "b"})
            with pytest.raises(ValueError, match="stored already"):
                journal.append({"stage": "a", "key": "b"})

    def test_nothing_that_is_no_json(self, path):
        with Journal(path) as journal, pytest.raises(ValueError, match="not JSON compliant"):
            journal.append({"stage": "a", "key": "b", "x": float("nan")})
        assert read_journal(path).records == []

    def test_a_killed_process_loses_nothing_that_was_appended(self, path):
        code = (
            "import os, sys, pathlib\nfrom leakstats.experiment.journal import Journal\n"
            "j = Journal(pathlib.Path(sys.argv[1]), sync_s=1e9)\n"
            "for i in range(7): j.append({'stage': 'a', 'key': str(i)})\n"
            "os.kill(os.getpid(), 9)"
        )
        done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
        assert done.returncode == -9
        assert len(read_journal(path).records) == 7

    def test_synced_at_most_so_much_later(self, path, monkeypatch):
        synced = []
        monkeypatch.setattr(module.os, "fsync", synced.append)
        with Journal(path, sync_s=0.0) as journal:
            before = len(synced)
            journal.append({"stage": "a", "key": "1"})
            journal.append({"stage": "a", "key": "2"})
            assert len(synced) == before + 2
        with Journal(path, sync_s=1e9) as journal:
            before = len(synced)
            journal.append({"stage": "a", "key": "3"})
            assert len(synced) == before
            journal.sync()
            assert len(synced) == before + 1


class TestTornEnd:
    @pytest.mark.parametrize("cut", [1, 2, 30, 60])
    def test_cut_off_and_said(self, path, cut):
        fill(path)
        whole = path.read_bytes()
        path.write_bytes(whole[:-cut])
        content = read_journal(path)
        assert len(content.records) == 4
        assert content.torn == len(whole) - cut - content.size > 0
        with Journal(path) as journal:
            assert journal.torn == content.torn
            journal.append({"stage": "generate", "key": "k4", "text": "Ahoy 4 ☠\n\u2028 line"})
        assert path.read_bytes() == whole

    def test_reading_alone_changes_nothing(self, path):
        fill(path)
        path.write_bytes(path.read_bytes()[:-9])
        before = path.read_bytes()
        read_journal(path)
        assert path.read_bytes() == before

    @pytest.mark.parametrize("tail", [b"\0" * 4096, b"\0" * 10 + b"\n" + b"\0" * 10 + b"\n", b'{"sha256":"', b"\n"])
    def test_blocks_that_a_power_cut_left(self, path, tail):
        fill(path)
        whole = path.read_bytes()
        path.write_bytes(whole + tail)
        with Journal(path) as journal:
            assert len(journal.records) == 5
        assert path.read_bytes() == whole

    def test_every_prefix_opens(self, path):
        fill(path, 3)
        whole = path.read_bytes()
        ends = [i + 1 for i, b in enumerate(whole) if b == 10]
        for length in range(len(whole) + 1):
            path.write_bytes(whole[:length])
            assert len(read_journal(path).records) == sum(e <= length for e in ends)


class TestDamage:
    def damage(self, path, line, change):
        lines = path.read_bytes().split(b"\n")
        lines[line - 1] = change(lines[line - 1])
        path.write_bytes(b"\n".join(line for line in lines if line is not None))

    def test_the_line_is_named_and_a_way_out(self, path):
        fill(path)
        self.damage(path, 2, lambda b: b.replace(b"Ahoy 1", b"Ahoy 9"))
        with pytest.raises(JournalDamaged, match=r"line 2 is damaged: its checksum does not match.*\n.*--repair"):
            Journal(path)

    def test_a_missing_line(self, path):
        fill(path)
        self.damage(path, 3, lambda b: None)
        with pytest.raises(JournalDamaged, match=r"line 3 .* says that it is record 3, but record 2 belongs here"):
            read_journal(path)

    def test_a_doubled_line(self, path):
        fill(path)
        self.damage(path, 3, lambda b: b + b"\n" + b)
        with pytest.raises(JournalDamaged, match=r"line 4 .* record 2, but record 3 belongs"):
            read_journal(path)

    def test_a_cell_twice(self, path):
        data = module._line(0, {"stage": "a", "key": "b"}) + module._line(1, {"stage": "a", "key": "b"})
        path.write_bytes(data)
        with pytest.raises(JournalDamaged, match=r"line 2 .* stands there a second time"):
            read_journal(path)

    @pytest.mark.parametrize("seed", range(30))
    def test_no_flipped_bit_goes_unseen(self, path, seed):
        fill(path)
        rng = random.Random(seed)
        data = bytearray(path.read_bytes())
        last = data.rindex(b"\n", 0, len(data) - 1)
        at = rng.randrange(last)
        data[at] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        with pytest.raises(JournalDamaged):
            read_journal(path)

    def test_repair_keeps_whole_lines_and_the_damaged_file(self, path):
        fill(path)
        self.damage(path, 2, lambda b: b[:-4])
        damaged = path.read_bytes()
        done = repair_journal(path)
        assert (done.kept, done.dropped) == (4, (2,))
        assert str(done) == "4 whole lines kept, line 2 dropped; the damaged file is journal.damaged-1.jsonl"
        assert done.backup.read_bytes() == damaged
        assert [r["key"] for r in read_journal(path).records] == ["k0", "k2", "k3", "k4"]

    def test_repair_of_a_doubled_cell_keeps_one(self, path):
        fill(path, 2)
        self.damage(path, 1, lambda b: b + b"\n" + b)
        assert repair_journal(path).dropped == (2,)
        assert len(read_journal(path).records) == 2

    def test_nothing_to_repair(self, path):
        fill(path)
        path.write_bytes(path.read_bytes()[:-3])  # a torn end is no damage
        assert repair_journal(path) is None
        assert not list(path.parent.glob("*damaged*"))


class TestDiskFull:
    def test_put_back_to_the_last_whole_record(self, path, monkeypatch):
        fill(path, 3)
        whole = path.read_bytes()
        journal = Journal(path)
        write = os.write

        def short_then_full(handle, data):
            if len(data) > 20:
                return write(handle, data[:20])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(module.os, "write", short_then_full)
        with pytest.raises(LeakstatsError, match=r"No space left on device\. The 3 records .* stored\.\n.*free some"):
            journal.append({"stage": "x", "key": "1", "text": "y" * 25})
        assert path.read_bytes() == whole
        with pytest.raises(LeakstatsError, match="No space left"):  # nothing is written behind a gap
            journal.append({"stage": "x", "key": "later"})
        journal.close()

    def test_a_real_limit(self, path):
        """A process that may write 4 KiB to a file: the journal ends at a whole record."""
        code = (
            "import sys, signal, pathlib\nfrom leakstats.experiment.journal import Journal\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "j = Journal(pathlib.Path(sys.argv[1]))\n"
            "try:\n  for i in range(999): j.append({'stage': 'a', 'key': str(i), 'text': 'x' * 70})\n"
            "except Exception as e: print(e)"
        )

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, preexec_fn=limit
        )
        content = read_journal(path)
        assert content.torn == 0
        assert f"The {len(content.records)} records before it are stored" in done.stdout
        assert len(content.records) > 20

    def test_a_failing_fsync(self, path, monkeypatch):
        journal = Journal(path)
        journal.append({"stage": "a", "key": "1"})

        def fails(handle):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr(module.os, "fsync", fails)
        with pytest.raises(LeakstatsError, match="Input/output error"):
            journal.sync()

    def test_unwritable(self, tmp_path):
        with pytest.raises(LeakstatsError, match=r"cannot be opened for writing: No such file"):
            Journal(tmp_path / "nowhere" / "journal.jsonl")


def test_many_records_load_in_seconds(path):
    """111,000 completions of 100 tokens; the limit is generous for a machine that does other things too."""
    text = "ship " * 100
    with Journal(path, sync_s=10) as journal:
        for i in range(11_100):
            kept = [{"text": text, "n": 100, "finish": "stop"}] * 10
            journal.append({"stage": "generate", "key": str(i), "completions": kept})
    began = time.perf_counter()
    content = read_journal(path)
    took = time.perf_counter() - began
    assert sum(len(r["completions"]) for r in content.records) == 111_000
    assert took < 8
