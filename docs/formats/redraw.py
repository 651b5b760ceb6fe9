#!/usr/bin/env python3
"""Redoes a draw of reviews: python3 redraw.py checkpoint.txt frame.txt HOW_MANY. See review-draw.md. Needs Python 3.8, nothing else."""
import hashlib
import hmac
import sys


def main():
    checkpoint = open(sys.argv[1], "rb").read()
    frame = open(sys.argv[2], "rb").read()
    wanted = int(sys.argv[3])

    ids = frame.decode("ascii").splitlines()
    if ids != sorted(set(ids)) or frame != "".join(i + "\n" for i in ids).encode("ascii"):
        sys.exit("The list is not in order, names something twice, or is not written as it was digested.")

    seed = hashlib.sha256(b"lapel review draw v1\n" + checkpoint).digest()
    tickets = sorted((hmac.new(seed, i.encode("ascii"), hashlib.sha256).digest(), i) for i in ids)

    print("list sha256:" + hashlib.sha256(frame).hexdigest(), len(ids))
    print("log entries", checkpoint.decode("utf-8").splitlines()[1])
    for _, drawn in tickets[:wanted]:
        print(drawn)


if __name__ == "__main__":
    main()
