"""`reeve demo`: heals a real service twice, in under a minute, and its ledger verifies."""
import subprocess
import sys
import time

from world import REEVE, SOURCE, folder, run_tests


def the_demo_heals_twice_and_proves_it():
    state = folder()
    begin = time.monotonic()
    done = subprocess.run([str(REEVE), "demo", "--state", str(state / "demo")], capture_output=True, text=True, timeout=90)
    took = time.monotonic() - begin
    assert done.returncode == 0, done.stdout + done.stderr
    for word in ("BREAK 1", "BREAK 2", "alert ShopHangs fires", "run succeeded", "Twice broken, twice healed"):
        assert word in done.stdout, done.stdout
    assert done.stdout.count("healed and verified") == 2, done.stdout
    assert took < 60, took
    verified = subprocess.run([str(REEVE), "audit", "verify", "--state", str(state / "demo/state")], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    other = subprocess.run([sys.executable, str(SOURCE / "sdk/tools/verify_ledger.py"), str(state / "demo/state")],
                           capture_output=True, text=True)
    assert other.returncode == 0, other.stdout + other.stderr
    print(f"      the demo took {took:.1f} s")


run_tests(the_demo_heals_twice_and_proves_it)
