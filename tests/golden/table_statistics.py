"""Computes the statistics of the tables for made-up values, for comparison with ours.

usage: table_statistics.py FILE            writes the numbers
       table_statistics.py --check FILE    compares them with those of a file; exit status 1 and a line: they differ

Written from the definitions, not from our sources: Student's t by integrating its density, the noncentral t distribution by
integrating the normal one over chi, quantiles by bisection; Welch 1947 with Satterthwaite's degrees of freedom, the paired t
test, Holm 1979, power as in Cohen 1988. It needs nothing but Python's own library. Checked with Python 3.11, and against
mpmath 1.3.
"""
import functools
import json
import math
import sys

# a, b, whether they are paired; power is given for the numbers of seeds in COUNTS
CASES = (
    ([1, 2, 3], [4, 5, 6], False),
    ([1, 2, 3], [2, 4, 6, 8], False),
    ([1, 2, 3], [5, 5, 5], False),
    ([96.95, 97.08, 97.21], [96.33, 96.41, 96.20], False),
    ([83.1, 82.4], [81.9, 80.2], False),
    ([70.5, 70.9, 70.1, 71.3, 70.2], [70.4, 70.6, 70.3], False),
    ([1e-3, 2e-3, 4e-3], [0.5, 0.25, 0.125, 1.0], False),
    ([10.01, 10.02, 10.0, 10.03], [10.0, 10.01, 10.02, 10.01], False),
    ([96.95, 97.08, 97.21], [96.33, 96.41, 96.60], True),
    ([83.1, 82.4], [81.9, 80.2], True),
    ([1, 2, 3, 4, 5, 6], [1.5, 1.5, 3.5, 4, 5.5, 5], True),
    ([0.5, 0.6, 0.4, 0.55, 0.45], [0.1, 0.3, 0.05, 0.2, 0.0], True),
)
COUNTS = (2, 3, 5, 10, 30, 200)
FAMILIES = ([0.01, 0.04, 0.03, 0.005], [0.02], [0.5, 0.9, 0.3], [0.05, 0.05, 0.0001, 0.04, 0.2], [])
MOST = 10000


def simpson(f, low, high, steps):
    h = (high - low) / steps
    total = f(low) + f(high)
    for i in range(1, steps):
        total += f(low + i * h) * (4 if i % 2 else 2)
    return total * h / 3


def tail(t, freedom):
    """P(T > t) of Student's t, t >= 0: with t = sqrt(f) tan(x) the density is C cos(x)^(f - 1)."""
    c = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi)
    end = math.atan(t / math.sqrt(freedom))
    return 0.5 - c * simpson(lambda x: math.cos(x) ** (freedom - 1), 0, end, 600)


@functools.cache
def quantile(freedom):
    """Which t is exceeded with 0.025."""
    low, high = 0.0, 13.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle, freedom) > 0.025 else (low, middle)
    return (low + high) / 2


def normal(z):
    return math.erfc(-z / math.sqrt(2)) / 2


def noncentral(t, freedom, d):
    """P(T <= t): the normal distribution at t x / sqrt(f) - d, over x of the chi distribution, with x = exp(u)."""
    scale = (1 - freedom / 2) * math.log(2) - math.lgamma(freedom / 2)
    middle = math.log(freedom) / 2

    def weighted(u):
        x = math.exp(u)
        return normal(t * x / math.sqrt(freedom) - d) * math.exp(scale + freedom * u - x * x / 2)

    width, steps = max(12 / math.sqrt(freedom), 2), 2400
    low, high = middle - 4 * width, middle + width
    h = (high - low) / steps
    return h * sum(weighted(low + i * h) for i in range(steps + 1))


def moments(values):
    mean = math.fsum(values) / len(values)
    return mean, math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)


def power(mean, variance, other, n):
    v = variance + other
    freedom = (n - 1) * v * v / (variance**2 + other**2)
    d, limit = abs(mean) / math.sqrt(v / n), quantile(freedom)
    return 1 - noncentral(limit, freedom, d) + noncentral(-limit, freedom, d)


def needed(mean, variance, other):
    n = 2
    while power(mean, variance, other, n) < 0.8:
        n += 1 if n < 40 else n // 20
        if n > MOST:
            return None
    while n > 2 and power(mean, variance, other, n - 1) >= 0.8:
        n -= 1
    return n


def case(a, b, paired):
    if paired:
        mean, variance = moments([x - y for x, y in zip(a, b)])
        other, error, freedom = 0.0, math.sqrt(variance / len(a)), len(a) - 1
    else:
        (x, variance), (y, other) = moments(a), moments(b)
        p, q = variance / len(a), other / len(b)
        mean, error = x - y, math.sqrt(p + q)
        freedom = (p + q) ** 2 / (p * p / (len(a) - 1) + q * q / (len(b) - 1))
    half = quantile(freedom) * error
    return {"a": a, "b": b, "paired": paired, "mean": mean, "low": mean - half, "high": mean + half,
            "p": 2 * tail(abs(mean) / error, freedom),
            "power": {str(n): power(mean, variance, other, n) for n in COUNTS}, "needed": needed(mean, variance, other)}


def holm(p):
    order, adjusted, least = sorted(range(len(p)), key=lambda i: p[i]), [0.0] * len(p), 0.0
    for k, i in enumerate(order):
        least = max(least, min(1.0, (len(p) - k) * p[i]))
        adjusted[i] = least
    return {"p": p, "adjusted": adjusted}


def differs(a, b):
    if isinstance(a, dict):
        return a.keys() != b.keys() or any(differs(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) != len(b) or any(differs(x, y) for x, y in zip(a, b))
    if isinstance(a, (bool, type(None))) or isinstance(b, (bool, type(None))):
        return a is not b
    return abs(a - b) > 1e-9


def main():
    made = {"differences": [case(*c) for c in CASES], "holm": [holm(p) for p in FAMILIES]}
    if sys.argv[1] == "--check":
        with open(sys.argv[2], encoding="utf-8") as file:
            if differs(json.load(file), made):
                sys.exit(f"{sys.argv[2]}: other numbers than the script computes")
    else:
        with open(sys.argv[1], "w", encoding="utf-8") as file:
            file.write(json.dumps(made, indent=1) + "\n")


main()
