#!/usr/bin/env python3
"""Fills a project with finished runs, to measure what a large one takes:  many_runs.py PROJECT RECIPES

The project's first finished run is the pattern: two seeds of it for each recipe, which differ in the learning rate.
"""
import hashlib
import json
import sqlite3
import sys


def copied(database, table, pattern, run):
    names = [row[1] for row in database.execute(f"PRAGMA table_info({table})") if row[1] != "run"]
    columns = ", ".join(names)
    database.execute(f"INSERT INTO {table} (run, {columns}) SELECT ?, {columns} FROM {table} WHERE run = ?",
                     (run, pattern))


def main(project, recipes):
    database = sqlite3.connect(project)
    database.row_factory = sqlite3.Row
    pattern = database.execute(
        "SELECT runs.* FROM runs JOIN attempts ON run = id WHERE state = 'finished' ORDER BY id LIMIT 1").fetchone()
    for recipe in range(recipes):
        config = json.loads(pattern["config"])
        config["recipe"]["optimiser"]["learning_rate"] = 0.001 + recipe * 1e-5
        digest = hashlib.sha256(str(recipe).encode()).hexdigest()
        for seed in (1, 2):
            config["seed"] = seed
            row = dict(pattern)
            del row["id"]
            row.update(key=f"{2 * recipe + seed:08x}", seed=seed, config=json.dumps(config),
                       config_hash=digest, recipe_hash=digest[::-1])
            run = database.execute(
                f"INSERT INTO runs ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                list(row.values())).lastrowid
            for table in ("attempts", "steps", "epochs", "metrics", "results", "result_metrics"):
                copied(database, table, pattern["id"], run)
    database.commit()


main(sys.argv[1], int(sys.argv[2]))
