# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the "hooks" of an OCI spec, in one line, for a file of hooks.d: its hook, at each of
# its stages. Fails if the file has another form.

{
	sub(/^[ \t]+/, "")
	text = text $0
}

END {
	if (!match(text, /"hook": *[{][^{}]*[}]/))
		exit 1
	hook = substr(text, RSTART, RLENGTH)
	sub(/^"hook": */, "", hook)
	if (!match(text, /"stages": *\[[^]]*\]/))
		exit 1
	stages = substr(text, RSTART, RLENGTH)
	sub(/^"stages": *\[/, "", stages)
	sub(/ *\]$/, "", stages)
	count = split(stages, stage, / *, */)
	for (i = 1; i <= count; i++)
		all = all (i > 1 ? ", " : "") stage[i] ": [" hook "]"
	print "{" all "}"
}
