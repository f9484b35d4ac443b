# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the scripts of bench/ share: the format of a result. Each prints rows of
# one table, what | goal | measured | verdict. bench/all prints its head.

set -euo pipefail

# row WHAT GOAL MEASURED [VERDICT]
row() { printf '%-58s | %8s | %20s | %s\n' "$1" "$2" "$3" "${4-}"; }

# verdict VALUE RELATION GOAL: "met" or "MISSED"; RELATION is <= or >=.
verdict()
{
	awk -v value="$1" -v relation="$2" -v goal="$3" 'BEGIN {
		met = relation == "<=" ? value <= goal : value >= goal
		print met ? "met" : "MISSED" }'
}

# judge WHAT RELATION GOAL VALUE [UNIT [MORE]]: a row of what has a goal. The
# value is rounded as it is shown, and MORE shown behind it.
judge()
{
	row "$1" "$2 $3" "$4${5:+ $5}${6:+ $6}" "$(verdict "$4" "$2" "$3")"
}

# calc FORMAT EXPRESSION: arithmetic with fractions.
calc() { awk "BEGIN { printf \"$1\", $2 }"; }

# median: of the numbers on standard input, one a line.
median()
{
	sort -g | awk '{ n[NR] = $1 } END { if (!NR) exit 1
		print (n[int((NR + 1) / 2)] + n[int(NR / 2) + 1]) / 2 }'
}
