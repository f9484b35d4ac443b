// SPDX-License-Identifier: GPL-2.0-only
// The numbers at a place, by mouse, by touch and by keyboard.

function showTip(lines, x, y) {
	const tip = byId("tip");
	tip.replaceChildren(make("b", {}, lines[0]),
		...lines.slice(1).map((line) => make("span", {}, line)));
	tip.hidden = false;
	const box = tip.getBoundingClientRect();
	const left = x + 14 + box.width < innerWidth - 8 ? x + 14 : x - 14 - box.width;
	const top = y + 14 + box.height < innerHeight - 8 ? y + 14 : y - 14 - box.height;
	tip.style.left = Math.max(8, Math.min(left, innerWidth - 8 - box.width)) + "px";
	tip.style.top = Math.max(8, top) + "px";
}

/* What shows it again where its place is now, for who reads by keyboard. */
let showAgain = null;

function followTip() {
	const again = showAgain;
	hideTip();
	if (again)
		again();
	showAgain = again;
}

function hideTip() {
	showAgain = null;
	byId("tip").hidden = true;
	for (const band of bands)
		band.cursor.hidden = true;
}

function lines(band, row, column) {
	const { edges, rows } = band.region.map;
	const from = data.longest_us * column / data.columns;
	const to = data.longest_us * (column + 1) / data.columns;
	const range = `${band.region.label} ${offset(band.region, edges[row])} to ` +
		offset(band.region, edges[row + 1]);
	const here = data.proposals.filter((each) => each.regions.includes(band.index) &&
		each.first < edges[row + 1] && each.end > edges[row]);
	const found = value(band, row, column);
	if (rows[row] === "-")
		return [range, "never accessed"];
	return [range, `${time(from)} to ${time(to)}`,
		found ? `accessed in ${percent(found)} of the samples` : "not accessed",
		...here.slice(0, 1).map((each) => `proposed: ${pages(each)}`)];
}

function show(band, row, column) {
	const box = band.canvas.getBoundingClientRect();
	const width = box.width / data.columns, folded = band.region.map.rows[row] === "-";
	const left = folded ? 0 : width * column;
	hideTip();
	band.row = row;
	band.column = column;
	band.cursor.hidden = false;
	band.cursor.style.left = left + "px";
	band.cursor.style.width = (folded ? box.width : Math.max(2, width)) + "px";
	band.cursor.style.top = band.tops[row] + "px";
	band.cursor.style.height = band.tops[row + 1] - band.tops[row] + "px";
	showTip(lines(band, row, column), box.left + width * column, box.top + band.tops[row]);
}

function point(band, event) {
	const box = band.canvas.getBoundingClientRect();
	const y = event.clientY - box.top;
	let row = 0;
	while (row < band.values.length - 1 && band.tops[row + 1] <= y)
		row++;
	const column = Math.floor((event.clientX - box.left) * data.columns / box.width);
	show(band, row, Math.max(0, Math.min(data.columns - 1, column)));
}

function press(band, event) {
	const last = { row: band.values.length - 1, column: data.columns - 1 };
	let { row, column } = band;
	/* Those are the browser's. */
	if (event.altKey || event.ctrlKey || event.metaKey)
		return;
	switch (event.key) {
	case "ArrowUp": row--; break;
	case "ArrowDown": row++; break;
	case "ArrowLeft": column--; break;
	case "ArrowRight": column++; break;
	case "Home": column = 0; break;
	case "End": column = last.column; break;
	case "Escape": hideTip(); return;
	default: return;
	}
	event.preventDefault();
	band.row = Math.max(0, Math.min(last.row, row));
	band.column = Math.max(0, Math.min(last.column, column));
	read(band);
}

/* By keyboard: it stays while the window scrolls. */
function read(band) {
	const again = () => show(band, band.row, band.column);
	again();
	showAgain = again;
}

function listen(band) {
	for (const event of ["pointermove", "pointerdown"])
		band.canvas.addEventListener(event, (pointer) => point(band, pointer));
	band.canvas.addEventListener("pointerleave", (event) => {
		/* What was tapped stays until something else is. */
		if (event.pointerType === "mouse")
			hideTip();
	});
	band.canvas.addEventListener("focus", () => {
		if (band.canvas.matches(":focus-visible"))
			read(band);
	});
	band.canvas.addEventListener("blur", hideTip);
	band.canvas.addEventListener("keydown", (event) => press(band, event));
}
