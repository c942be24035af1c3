"""What a test from the outside found: counted, and told where it is not as wanted."""
import sys

passed, failures = 0, []


def fail(what, *seen):
    failures.append(what)
    print(f"FAILED {what}", *(f"{value!r}"[:1200] for value in seen))


def holds(what, condition, *seen):
    global passed
    if condition:
        passed += 1
    else:
        fail(what, *seen)


def check(what, found, wanted):
    holds(what, found == wanted, found, "wanted", wanted)


def end(where=""):
    """Says how many there were, and ends the program."""
    print(f"{passed} passed, {len(failures)} failed{where}")
    sys.exit(1 if failures else 0)
