#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the presets that were derived from look-up tables against the tables themselves.

usage: device_tables.py DEVICES_FOLDER [PRESETS_FOLDER]

DEVICES_FOLDER has enode/ and organic_ecram_1/ ... with dG_increasing.txt.xz and dG_decreasing.txt.xz
(CrossSim's format: one line of comment, the conductances, the CDF, then dG with a row for each point of
the CDF). Without that folder nothing is checked. Exit code 1 where a preset differs from its table.
"""
import bisect
import lzma
import pathlib
import re
import sys
import tomllib

NODES = 25


def read_table(path):
    """Mean and spread of dG at each G: quantiles joined by straight lines, integrated over the CDF."""
    with lzma.open(path, "rt") as file:
        lines = file.read().splitlines()[1:]
    rows = [[float(x) for x in re.split(r"[,\s]+", line.strip(" ,")) if x] for line in lines if line]
    conductance, cdf, quantiles = rows[0], rows[1], rows[2:]
    weights = [b - a for a, b in zip(cdf, cdf[1:])]
    means, spreads = [], []
    for column in zip(*quantiles):
        pairs = list(zip(column, column[1:]))
        mean = sum(w * (a + b) / 2 for w, (a, b) in zip(weights, pairs)) / sum(weights)
        square = sum(w * (a * a + a * b + b * b) / 3 for w, (a, b) in zip(weights, pairs))
        means.append(abs(mean))
        spreads.append(max(square / sum(weights) - mean * mean, 0) ** 0.5)
    low, high = conductance[0], conductance[-1]
    w = [2 * (g - low) / (high - low) - 1 for g in conductance]
    # in units of w
    return w, [2 * m / (high - low) for m in means], [2 * s / (high - low) for s in spreads]


def central_line(w, step):
    """Slope and value at w = 0 of the straight line through the central half."""
    inside = [(x, y) for x, y in zip(w, step) if abs(x) <= 0.5]
    mean_x = sum(x for x, _ in inside) / len(inside)
    mean_y = sum(y for _, y in inside) / len(inside)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in inside) / sum(
        (x - mean_x) ** 2 for x, _ in inside)
    return slope, mean_y - slope * mean_x


def at(w, step, x):
    k = min(max(bisect.bisect(w, x) - 1, 0), len(w) - 2)
    return step[k] + (x - w[k]) / (w[k + 1] - w[k]) * (step[k + 1] - step[k])


def describe(folder):
    for name, sign in (("increasing", -1), ("decreasing", 1)):
        w, step, spread = read_table(folder / f"dG_{name}.txt.xz")
        slope, centre = central_line(w, step)
        c2c = [s / m for x, m, s in zip(w, step, spread) if abs(x) <= 0.5]
        print(f"{folder.name:16} {name:10}: range / step {2 / centre:6.1f}, slope "
              f"{sign * slope / centre:.3f}, c2c {sum(c2c) / len(c2c):.3f}")


def check_enode(folder, preset):
    wrong = 0
    cell, law = preset["cell"], preset["parameters"]
    for name, key, sign in (("increasing", "nodes_up", 1), ("decreasing", "nodes_down", -1)):
        w, step, _ = read_table(folder / f"dG_{name}.txt.xz")
        nominal = cell["dw_min"] * (1 + sign * cell["up_down"])
        for k, node in enumerate(law[key]):
            table = at(w, step, 2 * k / (NODES - 1) - 1)
            if abs(node * nominal - table) > 2e-3 * table + 1e-6:
                print(f"{key}[{k}] makes {node * nominal:.6f} of the {table:.6f} in the table")
                wrong += 1
    return wrong


def main():
    devices = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "data/devices")
    here = pathlib.Path(__file__).resolve().parent.parent
    presets = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else here / "presets" / "devices"
    if not (devices / "enode").is_dir():
        print(f"no tables in {devices}: nothing is checked")
        return 0
    for folder in sorted(devices.iterdir()):
        describe(folder)
    preset = tomllib.loads((presets / "enode_vandeburgt2017.toml").read_text())
    return 1 if check_enode(devices / "enode", preset) else 0


if __name__ == "__main__":
    sys.exit(main())
