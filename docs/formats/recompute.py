#!/usr/bin/env python3
"""Recomputes published measures from the open rows: python3 recompute.py [FOLDER]. Needs Python 3.8, nothing else.

FOLDER holds rows.csv, measures.csv and excluded.csv of one publication. Says what differs, and ends with 1 when something does.
"""
import csv
import os
import sys
from collections import Counter

MEASURES = {  # numerator, denominator, excluded: method.md says the same in words
    "R1": (["covered_whole", "covered_part"], ["covered_whole", "covered_part", "missing"], ["exempt", "technical", "unknown", "not_required"]),
    "R2": (["incidents_covered"], ["incidents_covered", "incidents_missed"], ["incidents_excluded"]),
    "R3": (["covered_whole"], ["covered_whole", "covered_part", "missing"], ["exempt", "technical", "unknown", "not_required"]),
    "R4": (["noticed"], ["noticed", "not_noticed"], ["missing"]),
    "R5": (["states_reasoned"], ["states_reasoned", "states_unreasoned"], ["states_elsewhere"]),
    "R6": (["tagged"], ["tagged", "untagged"], ["tag_open"]),
    "R7": (["docked"], ["docked", "docked_late"], []),
}


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "."
    by_unit, service = Counter(), Counter()
    for row in read(folder, "rows.csv"):
        by_unit[row["unit"], row["kind"]] += 1
        service[row["kind"]] += 1

    def count(unit, kinds):
        return sum(service[k] if unit == "service" else by_unit[unit, k] for k in kinds)

    checked, withheld, wrong = 0, 0, []
    for row in read(folder, "measures.csv"):
        numerator, denominator, _ = MEASURES[row["measure"]]
        top, bottom = count(row["unit"], numerator), count(row["unit"], denominator)
        if row["withheld"] == "1":
            withheld += 1
            continue
        checked += 1
        rate = "%.4f" % (top / bottom) if bottom else ""
        close = rate == row["rate"] or (rate and row["rate"] and abs(float(rate) - float(row["rate"])) < 0.00011)
        if (str(top), str(bottom)) != (row["numerator"], row["denominator"]) or not close:
            wrong.append("%s of %s: published %s/%s = %s, recomputed %d/%d = %s" % (
                row["measure"], row["unit"], row["numerator"], row["denominator"], row["rate"], top, bottom, rate))
    for row in read(folder, "excluded.csv"):
        if row["withheld"] == "1":
            withheld += 1
            continue
        checked += 1
        if str(count(row["unit"], [row["kind"]])) != row["count"]:
            wrong.append("%s left out of %s in %s: published %s, recomputed %d" % (
                row["kind"], row["measure"], row["unit"], row["count"], count(row["unit"], [row["kind"]])))

    for sentence in wrong:
        print(sentence)
    print("%d numbers recomputed, %d differ, %d withheld" % (checked, len(wrong), withheld))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
