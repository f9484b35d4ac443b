// SPDX-License-Identifier: GPL-2.0-only
// Heat as colour.

/* From 1 in 256 samples to all; each step is twice the last. */
const STEPS = 8;
/* Ordered by lightness, so that neither hue nor colour vision is needed. */
const COLOURS = [[0, 0, 4], [28, 16, 68], [79, 18, 123], [130, 38, 129], [182, 54, 121],
	[230, 81, 100], [251, 135, 97], [254, 194, 135], [252, 253, 191]];

let dark = false;

function colour(value) {
	if (!value)
		return "var(--never)";
	const heat = Math.min(1, Math.max(0, 1 + Math.log2(value) / STEPS));
	const at = (dark ? 0.25 + 0.75 * heat : 0.9 - 0.76 * heat) * (COLOURS.length - 1);
	const low = Math.min(Math.floor(at), COLOURS.length - 2);
	const mix = COLOURS[low].map((part, i) =>
		Math.round(part + (COLOURS[low + 1][i] - part) * (at - low)));
	return `rgb(${mix.join(", ")})`;
}

function paintLegend() {
	byId("legend").querySelectorAll("i").forEach((swatch, i) => {
		swatch.style.backgroundColor = colour(i ? 2 ** (i - 1 - STEPS) : 0);
	});
}

function makeLegend() {
	const legend = byId("legend");
	for (let i = 0; i <= STEPS + 1; i++) {
		const value = 100 * 2 ** (i - 1 - STEPS);
		const text = value >= 20 ? value.toFixed(0) : value.toFixed(1);
		legend.append(make("span", {}, make("i"), i ? text : "never"));
	}
	legend.setAttribute("aria-label", "Colours from never accessed, over 0.4 %, to 100 % of the " +
		"samples: the more, the stronger the contrast to the background");
}
