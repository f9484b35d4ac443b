// SPDX-License-Identifier: GPL-2.0-only
// What the recordings are, and all together.

function unique(texts) {
	const all = [...new Set(texts)];
	return all.length > 3 ? `${all.slice(0, 3).join("; ")}; and ${all.length - 3} more` : all.join("; ");
}

function makeFacts() {
	const files = data.recordings, facts = byId("facts");
	const lost = files.reduce((sum, file) => sum + file.lost, 0);
	const seen = unique(data.regions.map((region) => region.seen ? region.seen + " pages" : "unknown"));
	const add = (name, text, kind) => facts.append(make("div", kind ? { class: kind } : {},
		make("dt", {}, name), make("dd", {}, text)));
	const hot = data.regions[0];
	byId("lead").textContent = hot && hot.share > 0 ?
		`${hot.label} of ${data.programs[hot.program]} has ${percent(hot.share)} of all accesses; ` +
			`90 % of them are in ${bytes(hot.hot)} of its ${bytes(hot.size)}.` :
		"No access was seen.";
	add("Recorded", unique(files.map((file) => when(file.start_ms))));
	add("For", time(data.us) + (files.length > 1 ? ` in ${files.length} recordings` : ""));
	add("Machine", unique(files.map(machine)), "machine");
	add("Programs", data.programs.length.toLocaleString("en"));
	add("Processes", files.every((file) => file.processes) ?
		files.reduce((sum, file) => sum + file.processes, 0).toLocaleString("en") : "unknown");
	add("Seen through", seen || "unknown");
	add("Lost regions", lost ? lost.toLocaleString("en") : "none");
}

function makeNotes() {
	const notes = [...data.notes];
	for (const file of data.recordings)
		if (!file.ended || file.truncated)
			notes.push(`${file.file}: ${state(file)}`);
	if (data.more_notes)
		notes.push(`and ${count(data.more_notes, "more note")}`);
	if (!notes.length)
		byId("notes-section").remove();
	else
		byId("notes").append(...notes.map((note) => make("li", {}, note)));
}

document.title = "Memory heat: " + (data.programs[data.regions.length ?
	data.regions[0].program : 0] || "nothing");
for (const proposal of data.proposals)
	proposal.down = proposal.label === "stack";
makeFacts();
makeLegend();
makeMap();
makeProposals();
makeRegions();
makeNotes();
makeRecordings();
byId("footer").textContent = `Made by ebpfmm ${data.version}.`;
addEventListener("scroll", followTip, { passive: true });
if (bands.length)
	watchTheme();
