// SPDX-License-Identifier: GPL-2.0-only
// The tables.

function headRow(...names) {
	return make("thead", {}, make("tr", {}, ...names.map((name) => name[0] === ">" ?
		make("th", { scope: "col", class: "number" }, name.slice(1)) :
		make("th", { scope: "col" }, name))));
}

function row(name, ...cells) {
	return make("tr", {}, make("th", { scope: "row" }, name), ...cells);
}

function number(text) {
	return make("td", { class: "number" }, text);
}

function groups(table, items, columns, makeRow) {
	let program = null, body = null;
	for (const item of items) {
		if (item.program !== program) {
			program = item.program;
			body = make("tbody", {}, make("tr", {}, make("th",
				{ scope: "rowgroup", colspan: columns }, data.programs[program])));
			table.append(body);
		}
		body.append(makeRow(item));
	}
}

function shareCell(share) {
	const bar = make("span", { class: "share", "aria-hidden": "true" }, make("i"));
	bar.firstChild.style.width = 100 * share + "%";
	return make("td", { class: "number" }, percent(share), bar);
}

function makeRegions() {
	const table = make("table", {}, make("caption", {}, "All regions with a thousandth of the " +
		"accesses or more, the hottest program first"),
	headRow("Region", ">Size", ">Resident", ">Hot", ">Share", "Seen"));
	const items = data.regions.concat(data.others)
		.map((item, at) => ({ item, at }));
	const order = [...new Set(items.map(({ item }) => item.program))];
	items.sort((a, b) => order.indexOf(a.item.program) - order.indexOf(b.item.program) || a.at - b.at);
	groups(table, items.map(({ item }) => item), 6, (region) => "count" in region ?
		row(count(region.count, "other"), number(""), number(""), number(""),
			shareCell(region.share), make("td")) :
		row(region.label, number(bytes(region.size)),
			number(region.resident === null ? "\u2013" : bytes(region.resident)),
			number(bytes(region.hot)), shareCell(region.share),
			make("td", {}, region.seen || "unknown")));
	byId("regions").append(table);
}

function makeProposals() {
	const text = byId("proposals-text");
	if (!data.proposals.length) {
		text.textContent = `None: ${data.why_none}.`;
		return;
	}
	const worth = data.proposals.reduce((sum, each) => sum + each.worth_ns, 0);
	const large = data.proposals.reduce((sum, each) => sum + each.used * each.bytes, 0);
	text.append(`${count(data.proposals.length, "region")} with ${bytes(large)} in large pages. ` +
		`They save at least ${time(worth / 1000)} of page walks in ${time(data.horizon_us)}. `,
	make("code", {}, "ebpfmm profile"), " makes a profile of them.");
	const table = make("table", {}, make("caption", {}, "What ", make("code", {}, "ebpfmm profile"),
		" derives from these recordings"),
	headRow("Region", ">From", ">To", ">Length", ">Page size", ">In use", ">Saves at least"));
	groups(table, data.proposals, 7, (each) => row(
		each.label + (each.alike > 1 ? ` and ${each.alike - 1} alike` : ""),
		number(offset(each, each.first)), number(offset(each, each.end)),
		number(bytes((each.end - each.first) * data.page_size)), number(each.size),
		number(bytes(each.used * each.bytes)), number(time(each.worth_ns / 1000))));
	byId("proposals").append(table);
}

function when(ms) {
	return ms ? new Date(ms).toISOString().slice(0, 16).replace("T", " ") + " UTC" : "unknown";
}

function machine(file) {
	const parts = [file.kernel && "Linux " + file.kernel, file.cpu,
		file.memory && bytes(file.memory) + " of memory"];
	return parts.filter(Boolean).join(", ") || "unknown";
}

function state(file) {
	if (file.truncated)
		return "its last line is incomplete";
	return file.ended ? "complete" : "interrupted";
}

function makeRecordings() {
	const table = make("table", {}, make("caption", {}, "What this page is made of"),
		headRow("File", "Started", ">Took", "Machine", ">Processes", ">Looked every",
			">Told every", ">Lost regions", "State"));
	const body = make("tbody");
	for (const file of data.recordings)
		body.append(row(file.file, make("td", { class: "long" }, when(file.start_ms)), number(time(file.us)),
			make("td", { class: "long" }, machine(file)), number(file.processes ? String(file.processes) : "\u2013"),
			number(time(file.sampling_us)), number(time(file.aggregation_us)), number(String(file.lost)),
			make("td", {}, state(file))));
	table.append(body);
	byId("recordings").append(table);
}
