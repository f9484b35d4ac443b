#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""page.py RESULTS: print a page for a web browser that shows the last result of each
workload in RESULTS, lines of JSON as bench/worth/run writes them: for each layout the CPU
time, the memory in 2M pages and the most memory, side by side. The page loads nothing, and
its figures are in its text as well."""
import html
import json
import statistics
import sys

LAYOUTS = (("4K", "4K", "small"), ("2M", "2M everywhere", "large"), ("profile", "profile", "own"))
WIDTH, ROW, LABEL, VALUE = 300, 26, 6, 92

STYLE = """
:root { color-scheme: light dark; --text: #1a1a1a; --dim: #595959; --page: #fff;
  --line: #d4d4d4; --small: #8a8a8a; --large: #c2570c; --own: #1d5fbf; }
@media (prefers-color-scheme: dark) { :root { --text: #e8e8e8; --dim: #a8a8a8;
  --page: #161616; --line: #444; --small: #8f8f8f; --large: #e08a3c; --own: #6aa5ee; } }
body { color: var(--text); background: var(--page); font: 16px/1.5 system-ui, sans-serif;
  margin: 2rem auto; max-width: 66rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 0; }
p { margin: .3rem 0 .8rem; max-width: 46rem; } .dim { color: var(--dim); }
.panels { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
figure { margin: 0; } figcaption { color: var(--dim); font-size: .875rem; }
svg { display: block; max-width: 100%; } svg text { fill: var(--text); font-size: 13px; }
.small { fill: var(--small); } .large { fill: var(--large); } .own { fill: var(--own); }
.spread { stroke: var(--text); stroke-width: 1.5; } .axis { stroke: var(--line); }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; }
.key.small { background: var(--small); } .key.large { background: var(--large); }
.key.own { background: var(--own); }
table { border-collapse: collapse; margin-top: 1rem; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .75rem; text-align: right; }
th:first-child, td:first-child { text-align: left; }
.scroll { overflow-x: auto; }
"""


def last_of_each(path):
    """The last line of each workload, in the order of their first ones."""
    results = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            result = json.loads(line)
            results[result["workload"]] = result
    return list(results.values())


def layouts_of(result):
    """Those that were measured, as (key, name, class, layout). If nothing was left out of the
    profile, it is what was derived. Without a gain there is no share and no profile."""
    layouts = dict(result["layouts"])
    if "share" not in layouts["4K"]:
        layouts = {"4K": layouts["4K"], "2M": layouts["2M"]}
    elif "profile" not in layouts and "all" in layouts:
        layouts["profile"] = layouts["all"]
    return [(key, name, kind, layouts[key]) for key, name, kind in LAYOUTS if key in layouts]


def seconds(nanoseconds):
    """As text."""
    return f"{nanoseconds / 1e9:.2f} s"


def mebibytes(size):
    """As text."""
    return f"{size / 2**20:.0f}M"


def bar(row, kind, value, most, text, spread=None):
    """One bar, with its value at its end, and the least and the most of it."""
    room = WIDTH - VALUE
    top = row * ROW + LABEL

    def at(number):
        return number / most * room if most else 0

    out = f'<rect class="{kind}" x="0" y="{top}" width="{at(value):.1f}" height="15"/>'
    end = at(value)
    if spread:
        least, largest = at(spread[0]), at(spread[1])
        end = max(end, largest)
        out += f'<path class="spread" d="M{least:.1f} {top + 7.5}H{largest:.1f}" fill="none"/>'
        for x in (least, largest):
            out += f'<path class="spread" d="M{x:.1f} {top + 3}v9" fill="none"/>'
    return out + f'<text x="{end + 6:.1f}" y="{top + 12}">{html.escape(text)}</text>'


def panel(caption, bars):
    """A figure of some bars, each as (kind, value, text, name, spread)."""
    most = max(max(value, *(spread or ())) if spread else value
               for _, value, _, _, spread in bars)
    inside = "".join(bar(row, kind, value, most, text, spread)
                     for row, (kind, value, text, _, spread) in enumerate(bars))
    said = "; ".join(f"{name} {text}" for _, _, text, name, _ in bars)
    height = len(bars) * ROW + LABEL
    return (f'<figure><figcaption>{html.escape(caption)}</figcaption>'
            f'<svg role="img" aria-label="{html.escape(caption + ": " + said)}" '
            f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
            f'<path class="axis" d="M.5 0V{height}"/>{inside}</svg></figure>')


def panels(result):
    """Time, 2M pages and memory."""
    times, pages, memory = [], [], []
    for _, name, kind, layout in layouts_of(result):
        large = statistics.median(layout["bytes_2M"])
        peak = statistics.median(layout["peak"])
        times.append((kind, layout["median_ns"], seconds(layout["median_ns"]), name,
                      (min(layout["ns"]), max(layout["ns"]))))
        pages.append((kind, large, mebibytes(large), name, None))
        memory.append((kind, peak, mebibytes(peak), name, None))
    return ('<div class="panels">' + panel("CPU time: median, least and most", times) +
            panel("memory in 2M pages", pages) + panel("most memory", memory) + "</div>")


def ratio(part, whole):
    """As text."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def verdict(result):
    """What the profile keeps, in a sentence."""
    layouts = {key: layout for key, _, _, layout in layouts_of(result)}
    if "profile" not in layouts:
        return "What 2M pages save may be chance: no profile."
    large = statistics.median(layouts["profile"]["bytes_2M"])
    return (f'The profile keeps {100 * layouts["profile"]["share"]:.1f} % of the gain, with '
            f'{ratio(large, statistics.median(layouts["2M"]["bytes_2M"]))} of the 2M pages.')


def table(results):
    """All figures."""
    rows = ""
    for result in results:
        for _, name, _, layout in layouts_of(result):
            cells = (result["workload"], name, seconds(layout["median_ns"]),
                     f'{seconds(min(layout["ns"]))} to {seconds(max(layout["ns"]))}',
                     str(len(layout["ns"])), mebibytes(statistics.median(layout["bytes_2M"])),
                     mebibytes(statistics.median(layout["peak"])))
            rows += "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
    heads = ("workload", "layout", "CPU time", "least to most", "runs", "in 2M", "most memory")
    return ('<div class="scroll"><table><thead><tr>' +
            "".join(f"<th>{head}</th>" for head in heads) +
            f"</tr></thead><tbody>{rows}</tbody></table></div>")


def page(results):
    """The whole."""
    cpus = ", ".join(sorted({result["cpu"] for result in results}))
    keys = "".join(f'<span class="key {kind}"></span>{name}' for _, name, kind in LAYOUTS)
    body = "".join(f'<h2>{html.escape(result["workload"])}</h2>'
                   f'<p>{html.escape(result.get("what", ""))} '
                   f'<span class="dim">{html.escape(verdict(result))}</span></p>'
                   f"{panels(result)}" for result in results)
    return ('<!doctype html><html lang="en"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>What page sizes are worth</title><style>{STYLE}</style>"
            "<h1>What page sizes are worth</h1>"
            f'<p>CPU time of whole programs on this processor: {html.escape(cpus)}. The layouts '
            "take turns on the machine's own kernel. Other work of the machine widens the "
            "spread. Another processor gives other figures.</p>"
            f"<p>{keys}</p>{body}<h2>All figures</h2>{table(results)}</html>\n")


def main():
    """Without results there is no page."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        results = last_of_each(sys.argv[1])
        if not results:
            sys.exit(f"page.py: {sys.argv[1]} has no results: run bench/worth/run first")
        text = page(results)
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"page.py: {sys.argv[1]}: not results of bench/worth/run: {error!r}")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
