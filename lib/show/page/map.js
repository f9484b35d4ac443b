// SPDX-License-Identifier: GPL-2.0-only
// All regions below each other, and the colours of a theme.

function makeBand(region, index) {
	const band = { region, index, row: 0, column: 0 };
	band.values = region.map.rows.map((row) => row === "-" ? [] : decode(row));
	measure(band);
	band.canvas = make("canvas", { width: data.columns, height: band.height, tabindex: 0,
		role: "img", "aria-describedby": "tip" });
	band.canvas.style.height = band.height + "px";
	band.canvas.setAttribute("aria-label", `${region.label}: ${percent(region.share)} of all ` +
		`accesses, ${hottest(band)}. Arrow keys read the numbers.`);
	band.cursor = make("div", { class: "cursor", hidden: "" });
	const heat = make("div", { class: "heat" }, band.canvas);
	const ticks = make("div", { class: "ticks", "aria-hidden": "true" });
	const beside = make("div", { class: "brackets" });
	addTicks(band, ticks);
	addFolds(band, heat);
	addBrackets(band, beside);
	heat.append(band.cursor);
	listen(band);
	bands.push(band);
	const name = make("div", { class: "name" }, make("b", {}, region.label),
		make("span", {}, `${bytes(region.size)}, ${percent(region.share)} of accesses`));
	return make("div", { class: "band" }, name, ticks, heat, beside);
}

/* The distance of ticks on the axis of time, in microseconds: some seven, at round times. */
function tickStep() {
	const second = 1e6, rough = data.longest_us / 7;
	const power = 10 ** Math.floor(Math.log10(rough || 1));
	const round = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
	if (rough < 10 * second || rough > 12 * 3600 * second)
		return round || 1;
	return [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 43200]
		.map((each) => each * second).find((each) => each >= rough);
}

function makeAxis(below) {
	const step = tickStep();
	const axis = make("div", { class: "time" });
	for (let at = 0; at < data.longest_us * 0.95; at += step) {
		const tick = make("b", {}, at ? time(at) : "0");
		tick.style.left = 100 * at / data.longest_us + "%";
		axis.append(tick);
	}
	return make("div", { class: below ? "axis below" : "axis", "aria-hidden": "true" },
		below ? null : make("div", { class: "first" }, "offset"), axis,
		below || !data.proposals.length ? null : make("div", { class: "last" }, "page size"));
}

function makeMap() {
	const map = byId("map");
	const drawn = data.regions.filter((region) => region.map).length;
	let program = null;
	if (!drawn) {
		byId("map-text").textContent = "No access was seen.";
		byId("legend").remove();
		byId("legend-title").remove();
		return;
	}
	byId("map-text").textContent = "Time goes to the right and memory downwards. " +
		"The colour says in which share of the samples a page was accessed. " +
		"Point, tap, or focus a region and use the arrow keys to read the numbers." +
		(data.proposals.length ? " Brackets show where large pages are proposed." : "");
	map.append(makeAxis(false));
	data.regions.forEach((region, index) => {
		if (!region.map)
			return;
		if (region.program !== program) {
			program = region.program;
			map.append(make("h3", {}, data.programs[program]));
		}
		map.append(makeBand(region, index));
	});
	map.append(makeAxis(true));
	const others = data.regions.length - drawn +
		data.others.reduce((sum, each) => sum + each.count, 0);
	byId("map-more").textContent = others ? `${count(others, "colder region")} ` +
		`${others === 1 ? "is" : "are"} not drawn.` : "";
}

function repaint() {
	paintLegend();
	bands.forEach(paint);
}

function watchTheme() {
	const theme = matchMedia("(prefers-color-scheme: dark)");
	const apply = (printing) => {
		dark = theme.matches && !printing;
		repaint();
	};
	theme.addEventListener("change", () => apply(false));
	/* Paper is light. */
	addEventListener("beforeprint", () => apply(true));
	addEventListener("afterprint", () => apply(false));
	apply(false);
}
