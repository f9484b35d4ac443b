// SPDX-License-Identifier: GPL-2.0-only
// One region: its heat, its offsets, and the page sizes that are proposed.

/* Two digits are a value, from 0 to ALWAYS; "-" is a row that is folded. */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const ALWAYS = 4095;
const FOLD_HEIGHT = 18;

const bands = [];

/* Where its rows are, in pixels from its top. */
function measure(band) {
	const rows = band.region.map.rows;
	const plain = rows.filter((row) => row !== "-").length;
	const height = Math.max(2, Math.min(12, Math.round(150 / plain)), Math.ceil(26 / plain));
	band.tops = [0];
	for (const row of rows)
		band.tops.push(band.tops[band.tops.length - 1] + (row === "-" ? FOLD_HEIGHT : height));
	band.height = band.tops[rows.length];
}

function decode(row) {
	const values = [];
	for (let i = 0; i < row.length - 1; i += 2)
		values.push((DIGITS.indexOf(row[i]) * 64 + DIGITS.indexOf(row[i + 1])) / ALWAYS);
	return values;
}

function value(band, row, column) {
	return band.values[row][column] || 0;
}

function pixelOf(band, page) {
	const edges = band.region.map.edges;
	let row = 0;
	while (row < edges.length - 2 && edges[row + 1] <= page)
		row++;
	const part = (page - edges[row]) / (edges[row + 1] - edges[row]);
	return band.tops[row] + Math.min(1, part) * (band.tops[row + 1] - band.tops[row]);
}

function paint(band) {
	const context = band.canvas.getContext("2d");
	context.clearRect(0, 0, data.columns, band.height);
	band.values.forEach((values, row) => {
		const height = band.tops[row + 1] - band.tops[row];
		for (let from = 0, to; from < values.length; from = to) {
			for (to = from + 1; values[to] === values[from];)
				to++;
			if (!values[from])
				continue;
			context.fillStyle = colour(values[from]);
			context.fillRect(from, band.tops[row], to - from, height);
		}
	});
}

/* The rows around the hottest one that are at least half as hot. */
function hottest(band) {
	const means = band.values.map((values) =>
		values.reduce((sum, each) => sum + each, 0) / data.columns);
	const most = Math.max(...means), edges = band.region.map.edges;
	let from = means.indexOf(most), to = from;
	while (from > 0 && means[from - 1] >= most / 2)
		from--;
	while (to < means.length - 1 && means[to + 1] >= most / 2)
		to++;
	return `hottest from ${offset(band.region, edges[from])} to ` +
		`${offset(band.region, edges[to + 1])}, accessed in ${percent(most)} of the samples`;
}

/* At the first row of a stretch, and then at round offsets. */
function addTicks(band, ticks) {
	const { edges, rows } = band.region.map;
	const plain = rows.findIndex((row) => row !== "-");
	let last = -100, step = Math.max(1, edges[plain + 1] - edges[plain]);
	for (let height = band.tops[plain + 1] - band.tops[plain]; height < 36; height *= 2)
		step *= 2;
	rows.forEach((row, i) => {
		const stretch = row !== "-" && (!i || rows[i - 1] === "-");
		const from = band.tops[i];
		if (row === "-" || from > band.height - 10 || from - last < (stretch ? 14 : 24) ||
		    (!stretch && edges[i] % step))
			return;
		const tick = make("span", {}, offset(band.region, edges[i]));
		tick.style.top = Math.max(0, from - (i ? 5 : 0)) + "px";
		ticks.append(tick);
		last = from;
	});
}

function addFolds(band, heat) {
	const { edges, rows } = band.region.map;
	rows.forEach((row, i) => {
		if (row !== "-")
			return;
		const size = exact(edges[i + 1] - edges[i]);
		const fold = make("div", { class: "fold" },
			make("span", {}, size + " never accessed"));
		fold.style.top = band.tops[i] + "px";
		fold.style.height = FOLD_HEIGHT + "px";
		heat.append(fold);
	});
}

function pages(proposal) {
	return `${proposal.size} pages`;
}

function proposalText(proposal) {
	return [`${pages(proposal)} proposed`,
		`from ${offset(proposal, proposal.first)} to ${offset(proposal, proposal.end)}: ` +
			bytes((proposal.end - proposal.first) * data.page_size),
		`save at least ${time(proposal.worth_ns / 1000)} in ${time(data.horizon_us)}`,
		`${count(proposal.used, "page")} in use` +
			(proposal.alike > 1 ? `, in ${count(proposal.alike, "region")} like this` : "")];
}

function addBrackets(band, beside) {
	let last = -100;
	for (const proposal of data.proposals) {
		if (!proposal.regions.includes(band.index))
			continue;
		const top = pixelOf(band, proposal.first);
		const height = Math.max(10, pixelOf(band, proposal.end) - top);
		const lines = proposalText(proposal);
		const bracket = make("button", { type: "button", class: "bracket",
			"aria-label": lines.join(", ") }, make("i"));
		/* Of brackets close to each other, one has its size beside it. */
		if (top + height / 2 - last >= 14) {
			bracket.append(make("b", {}, proposal.size));
			last = top + height / 2;
		}
		bracket.style.top = top + "px";
		bracket.style.height = height + "px";
		const show = () => {
			const box = bracket.getBoundingClientRect();
			showTip(lines, box.left, box.top + box.height / 2);
		};
		for (const event of ["pointerenter", "click"])
			bracket.addEventListener(event, show);
		bracket.addEventListener("focus", () => {
			show();
			showAgain = show;
		});
		for (const event of ["pointerleave", "blur"])
			bracket.addEventListener(event, hideTip);
		beside.append(bracket);
	}
}
