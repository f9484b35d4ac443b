// SPDX-License-Identifier: GPL-2.0-only
// Numbers for people.

function digits(value) {
	return value < 10 && value !== Math.floor(value) ? value.toFixed(1) : value.toFixed(0);
}

function bytes(value) {
	const units = ["", "K", "M", "G", "T", "P"];
	let unit = 0;
	for (; value >= 1024 && unit < units.length - 1; unit++)
		value /= 1024;
	return digits(value) + units[unit];
}

/* Where something is: 99.5M, not 100M. */
function exact(pages) {
	const units = ["", "K", "M", "G", "T", "P"];
	let value = pages * data.page_size, unit = 0;
	for (; value >= 1024 && unit < units.length - 1; unit++)
		value /= 1024;
	return Number(value.toFixed(value < 100 ? 2 : 1)) + units[unit];
}

function offset(region, pages) {
	return (region.down ? "\u2212" : "+") + exact(pages);
}

function time(us) {
	const seconds = us / 1e6;
	if (seconds && seconds < 1)
		return Number((us / 1000).toPrecision(3)) + " ms";
	if (seconds < 120)
		return Number(seconds.toPrecision(3)) + " s";
	if (seconds < 7200)
		return Math.floor(seconds / 60) + " min" +
			(Math.round(seconds % 60) ? " " + Math.round(seconds % 60) + " s" : "");
	return Number((seconds / 3600).toPrecision(3)) + " h";
}

function percent(share) {
	const value = 100 * share;
	return (value && value < 0.1 ? "< 0.1" : value.toFixed(value < 99.95 ? 1 : 0)) + " %";
}

function count(number, one, many) {
	return number.toLocaleString("en") + " " + (number === 1 ? one : many || one + "s");
}
