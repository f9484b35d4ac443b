# SPDX-License-Identifier: GPL-2.0-only
#
# The page of a report, in Chromium without a window: what is drawn where and in which
# colour, by mouse, keyboard and touch, in light and dark, wide and narrow. A test starts a
# browser, which takes it about three seconds; all of them take half a minute of one processor. Pictures are
# left in /out/pages. The recordings are those of recordings.bats, which says what is hot.

bats_require_minimum_version 1.5.0
load ../fails

PATH=/out:$PATH
planted=/src/tests/host/recordings/planted
pages=/out/pages

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p $pages
}

# browse PAGE ACTION…: the values that are asked for, a line each, are also in $lines.
browse()
{
	run -0 --separate-stderr python3 /src/tests/host/browser.py "$@"
	echo "$output"
	[ -z "$stderr" ]
}

# holds N FILTER: the Nth value, from 0, is true by jq.
holds()
{
	jq -e "$2" <<<"${lines[$1]}" >/dev/null || { echo "value $1 is not: $2"; return 1; }
}

# What is drawn of each region: its name, where, and the lightness of each fourth pixel
# from the top to the bottom in the middle, null where nothing is drawn.
bands='[...document.querySelectorAll(".band")].map((band) => {
	const canvas = band.querySelector("canvas"), box = canvas.getBoundingClientRect();
	const copy = new OffscreenCanvas(1, canvas.height).getContext("2d", { willReadFrequently: true });
	copy.drawImage(canvas, -Math.floor(canvas.width / 2), 0);
	const pixels = copy.getImageData(0, 0, 1, canvas.height).data, lightness = [];
	for (let i = 1; i < canvas.height; i += 4)
		lightness.push(pixels[4 * i + 3] ? Math.round(0.2126 * pixels[4 * i] +
			0.7152 * pixels[4 * i + 1] + 0.0722 * pixels[4 * i + 2]) : null);
	return { name: band.querySelector(".name b").textContent, label: canvas.getAttribute("aria-label"),
		left: box.left, top: box.top, width: box.width, height: box.height, lightness,
		folds: [...band.querySelectorAll(".fold")].map((fold) => fold.textContent),
		brackets: [...band.querySelectorAll(".bracket")].map((bracket) => ({
			size: bracket.textContent, label: bracket.getAttribute("aria-label"),
			top: bracket.getBoundingClientRect().top - box.top,
			height: bracket.getBoundingClientRect().height })) };
})'
# The swatches of the legend, as lightness, from never to always.
legend='[...document.querySelectorAll("#legend i")].map((swatch) => {
	const [r, g, b] = getComputedStyle(swatch).backgroundColor.match(/[0-9]+/g);
	return Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b);
})'
# How far anything reaches to the right; what scrolls by itself does not count.
right='Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll("body *")]
	.filter((each) => !each.closest(".wide > *") && !each.closest("[hidden]"))
	.map((each) => Math.ceil(each.getBoundingClientRect().right)))'
tip='({ hidden: document.querySelector("#tip").hidden, text: document.querySelector("#tip").innerText,
	box: (({ left, top, right, bottom }) => ({ left, top, right, bottom }))(
		document.querySelector("#tip").getBoundingClientRect()) })'

@test "what is hot is drawn where it is, and what is cold is not" {
	ebpfmm report $planted-1.jsonl $planted-2.jsonl --html page.html
	browse page.html size 1280 900 scheme light eval "$bands" eval "$legend" eval "$right" \
		shot $pages/wide-light.png scheme dark eval "$bands" eval "$legend" \
		shot $pages/wide-dark.png
	# One below the other, the hottest first.
	holds 0 '[.[].name] == ["heap", "mapping 512M #1", "mapping warm 256M #1", "mapping spot 1G #1"]
		or [.[].name][:4] == ["heap", "mapping warm 256M #1", "mapping 512M #1", "mapping spot 1G #1"]'
	holds 0 '[.[].top] == ([.[].top] | sort) and all(.width > 500 and .height >= 24 and .left == 1 * .left)
		and ([.[].left] | unique | length == 1)'
	# All of the heap is hot; of the mapping of 512M what is not near the 16M is folded.
	holds 0 '(.[] | select(.name == "heap")) | .folds == [] and all(.lightness[]; . != null and . < 40)'
	holds 0 '(.[] | select(.name == "mapping 512M #1")) | (.folds | length >= 2)
		and (.folds[0] | test("^[0-9.]+M never accessed$"))
		and any(.lightness[]; . != null and . < 40) and any(.lightness[]; . == null)'
	# A region that is barely warm is light.
	holds 0 '(.[] | select(.name | test("warm"))) | all(.lightness[]; . != null and . > 70 and . < 200)'
	# The picture has words.
	holds 0 '.[0].label | test("^heap: 61\\.[0-9] % of all accesses, hottest from \\+0 to \\+64M")'
	# The scale is ordered by lightness: darker on light paper, lighter on dark paper.
	holds 1 'length == 10 and . == (sort | reverse) and (unique | length == 10) and .[0] > 250 and .[9] < 40'
	holds 2 '. <= 1280'
	holds 4 'length == 10 and . == sort and (unique | length == 10) and .[0] < 20 and .[9] > 230'
	holds 3 '(.[] | select(.name == "heap")) | all(.lightness[]; . != null and . > 180)'
}

@test "brackets are beside what they propose" {
	ebpfmm report $planted-1.jsonl --html page.html
	ebpfmm profile $planted-1.jsonl >profile.json
	browse page.html size 1280 900 eval "$bands" eval 'document.querySelector("#proposals").innerText' \
		eval '[...document.querySelectorAll("#proposals tbody th[scope=row]")].length'
	holds 0 '(.[] | select(.name == "heap")) as $heap | $heap.brackets
		| length == 1 and .[0].size == "2M" and .[0].top < 2
			and .[0].height > $heap.height - 4
			and (.[0].label | test("2M pages proposed, from \\+0 to \\+64M: 64M, save at least [0-9.]+ (s|min)"))'
	# It covers what is hot of the 512M, and not the rest.
	holds 0 '(.[] | select(.name == "mapping 512M #1")) | . as $band | .brackets
		| length == 1 and (.[0] | .top > 4 and .height < $band.height / 2
			and .height > 30
			and ($band.lightness[(.top / 4 | ceil):((.top + .height) / 4 | floor)]
				| (map(select(. != null)) | length) > length - 3))'
	# As many as the profile has.
	[ "${lines[2]}" = "$(jq '.programs[0].regions | length' profile.json)" ]
	holds 1 'test("heap") and test("spot")'
}

@test "the numbers at a place: by mouse, by keyboard, by touch" {
	ebpfmm report $planted-1.jsonl --html page.html
	browse page.html size 1280 900 eval "$tip" \
		hover ".band canvas" .5 .5 eval "$tip" shot $pages/hover.png \
		hover "h1" .5 .5 eval "$tip" \
		hover ".bracket" .5 .5 eval "$tip" \
		key Tab eval '[document.activeElement.tagName, document.activeElement.getAttribute("aria-label")]' \
		eval "$tip" key ArrowRight key ArrowDown eval "$tip" key End eval "$tip" \
		key Escape eval "$tip" key Tab eval '[document.activeElement.tagName]' eval "$tip" \
		key Tab eval "$tip" tap ".band:nth-of-type(3) canvas" .9 .5 eval "$tip"
	holds 0 '.hidden'
	holds 1 '(.hidden | not) and (.text | test("^heap \\+32M to \\+3[234](\\.[0-9]+)?M\n3 s to 3\\.1 s\naccessed in [0-9.]+ % of the samples\nproposed: 2M pages$"))
		and .box.left >= 0 and .box.right <= 1280 and .box.bottom <= 900'
	holds 2 '.hidden'
	holds 3 '(.hidden | not) and (.text | test("^2M pages proposed\nfrom \\+0 to \\+64M: 64M\nsave at least"))'
	holds 4 '.[0] == "CANVAS" and (.[1] | test("^heap: "))'
	# It begins where the mouse was, and goes on to the right and down.
	holds 5 '(.hidden | not) and (.text | test("^heap \\+32M to .*\n3 s to 3\\.1 s\n"))'
	holds 6 '(.text | test("^heap \\+32\\.5M to .*\n3\\.1 s to 3\\.2 s\n"))'
	holds 7 '(.text | test("5\\.9 s to 6 s\n"))'
	holds 8 '.hidden'
	holds 9 '.[0] == "BUTTON"'
	holds 10 '(.hidden | not) and (.text | test("2M pages proposed"))'
	holds 11 '(.hidden | not) and (.text | test("^mapping .*\n0 s to 100 ms\n"))'
	holds 12 '(.hidden | not) and (.text | test("5\\.[345]"))'
}

@test "a narrow window: nothing is beyond its edge, and all is there" {
	ebpfmm report $planted-1.jsonl $planted-2.jsonl --html page.html
	browse page.html size 360 740 scheme light eval "$right" eval "$bands" \
		eval 'scrollTo(1000, 0), scrollX' shot $pages/narrow-light.png \
		scheme dark shot $pages/narrow-dark.png \
		tap ".band canvas" .98 .5 eval "$tip" size 320 700 eval "$right"
	holds 0 '. <= 360'
	holds 1 'length >= 4 and all(.width >= 180 and .left >= 0) and (.[0].brackets | length == 1)'
	holds 2 '. == 0'
	holds 3 '(.hidden | not) and .box.left >= 0 and .box.right <= 360'
	holds 4 '. <= 320'
}

@test "tables, headings and what the recording is" {
	ebpfmm report $planted-1.jsonl --html page.html
	browse page.html eval '[...document.querySelectorAll("h1, h2, h3")].map((h) => h.tagName)' \
		eval '[...document.querySelectorAll("#regions tbody tr")].map((tr) => [...tr.children].map((c) => c.textContent))' \
		eval '[...document.querySelectorAll("table")].map((t) => [t.caption !== null, t.tHead.rows[0].cells.length,
			[...t.querySelectorAll("th")].every((th) => th.scope)])' \
		eval 'document.querySelector("#facts").innerText + document.querySelector("#recordings").innerText' \
		eval 'document.title' eval 'document.documentElement.lang'
	holds 0 '.[0] == "H1" and (.[1:] | index("H1") == null) and length >= 6'
	holds 1 'any(. == ["heap", "64M", "64M", "58M", "61.1 %", "4K"]) and any(.[0] == "4 others")'
	holds 2 'length == 3 and all(.[0] and .[1] >= 6 and .[2])'
	holds 3 'test("6 s") and test("5 ms") and test("100 ms") and test("none") and test("complete")
		and test("planted-1.jsonl")'
	holds 4 '. == "Memory heat: /usr/bin/planted"'
	holds 5 '. == "en"'
}

@test "names that are hostile are text" {
	local evil='</script><img src=x onerror=alert(1)>'
	jq -c --arg evil "$evil" 'if .program then .program.path = "/" + $evil
		elif .space.name == "spot" then .space.name = $evil + "\u202e<!--&lt;"
		elif .recording then .recording.tool = $evil | .recording.machine = { kernel: $evil,
			cpu: "<style>*{display:none}</style>" } else . end' $planted-1.jsonl >"<b>&lt;.jsonl"
	ebpfmm report "<b>&lt;.jsonl" --html page.html
	run -1 grep -F '<img' page.html
	browse page.html eval 'document.querySelectorAll("img, b b, style").length' \
		eval 'document.querySelector("h3").textContent' \
		eval '[...document.querySelectorAll(".name b")].map((b) => b.textContent)' \
		eval 'document.body.innerText'
	holds 0 '. == 1'
	jq -e --arg evil "/$evil" '. == $evil' <<<"${lines[1]}"
	jq -e --arg evil "mapping $evil???<!--&lt; 1G #1" 'any(. == $evil)' <<<"${lines[2]}"
	holds 3 'test("<b>&lt;\\.jsonl") and test("<style>\\*")'
}

@test "the policy of the page forbids scripts, styles and requests that are not its own" {
	ebpfmm report $planted-1.jsonl --html page.html
	sed -i 's,</body>,<script>document.title = "foreign"</script><img src="http://192.0.2.1/x"></body>,' \
		page.html
	run -1 --separate-stderr python3 /src/tests/host/browser.py page.html eval document.title
	echo "$output$stderr"
	[ "$output" = '"Memory heat: /usr/bin/planted"' ]
	[[ $stderr == *'inline script'*'Content Security Policy'* ]]
	[[ $stderr == *'192.0.2.1'*'Content Security Policy'* ]]
}

@test "on paper it is light, whatever the screen is" {
	ebpfmm report $planted-1.jsonl --html page.html
	browse page.html size 1280 900 scheme dark eval "$legend" \
		eval 'dispatchEvent(new Event("beforeprint"))' eval "$bands" \
		eval 'dispatchEvent(new Event("afterprint"))' eval "$bands" pdf $pages/paper.pdf
	holds 0 '.[9] > 230'
	holds 2 '.[0] | all(.lightness[]; . < 40)'
	holds 4 '.[0] | all(.lightness[]; . > 180)'
	# Paper does not scroll: A4, without its margins.
	browse page.html size 700 1000 media print eval document.documentElement.scrollWidth \
		shot $pages/paper.png
	holds 0 '. <= 700'
	[ "$(head -c 5 $pages/paper.pdf)" = %PDF- ]
}

@test "recordings in which nothing is hot, and such as were cut off" {
	head -n 10 $planted-1.jsonl >idle.jsonl
	echo '{"end":{"us":100000,"intervals":0,"runs":0,"lost":3}}' >>idle.jsonl
	run -0 ebpfmm report idle.jsonl --html idle.html
	browse idle.html eval 'document.body.innerText' size 360 700 eval "$right"
	holds 0 'test("No access was seen") and test("no region repays a large page") and test("Lost regions\\s+3")'
	holds 1 '. <= 360'
	# Without any time, no profile can be made.
	head -n 10 $planted-1.jsonl >none.jsonl
	run -0 --separate-stderr ebpfmm report none.jsonl --html none.html
	browse none.html eval 'document.body.innerText'
	holds 0 'test("nothing was recorded: no time passed") and test("interrupted")'
	head -c -10 $planted-1.jsonl >cut.jsonl
	run -0 --separate-stderr ebpfmm report cut.jsonl --html cut.html
	browse cut.html eval 'document.querySelector("#notes").innerText'
	holds 0 'test("cut.jsonl: its last line is incomplete")'
}

@test "an hour, and 5,000 mappings: a page of less than 3 MB, which opens" {
	awk 'BEGIN {
		print "{\"recording\":{\"version\":1,\"minor\":0,\"page_size\":4096,\"sampling_us\":5000,\"aggregation_us\":100000}}"
		print "{\"program\":{\"id\":0,\"path\":\"/usr/bin/many\",\"size\":1}}"
		for (i = 0; i < 5000; i++)
			printf "{\"space\":{\"id\":%d,\"program\":0,\"kind\":\"mapping\",\"size\":67108864,\"rank\":%d,\"seen\":\"4K\"}}\n", i, i + 1
		for (t = 1; t <= 36000; t++) {
			runs = ""
			for (i = 0; i < 6; i++)
				runs = runs (i ? "," : "") (t * 37 + i * 101) % 2000 "," 1 + (t + i) % 300 "," t % 21
			printf "{\"interval\":{\"us\":%d,\"space\":%d,\"runs\":[%s]}}\n", t * 100000, t % 3 ? t % 40 : t % 5000, runs
		}
	}' >hour.jsonl
	run -0 --separate-stderr ebpfmm report hour.jsonl --html hour.html
	stat -c '%s bytes' hour.html
	[ "$(stat -c %s hour.html)" -lt $((3 << 20)) ]
	browse hour.html size 1280 900 eval 'document.querySelectorAll(".band").length' \
		eval 'document.querySelectorAll("#regions tbody tr").length' eval "$right" \
		shot $pages/hour.png size 360 700 eval "$right"
	holds 0 '. >= 30 and . <= 64'
	holds 1 '. <= 1002'
	holds 2 '. <= 1280'
	holds 3 '. <= 360'
}

@test "the file is written in one step, for its owner alone, and not over something else" {
	run -0 --separate-stderr ebpfmm report $planted-1.jsonl --html page.html
	[ -z "$output$stderr" ]
	[ "$(stat -c %a page.html)" = 600 ]
	ebpfmm report $planted-1.jsonl --html again.html
	cmp page.html again.html
	run -2 --separate-stderr ebpfmm report --html x.html $planted-1.jsonl --json
	[[ $stderr == *'--json and --html are mutually exclusive'* ]]
	mkfifo pipe
	fails 1 'pipe: is not a regular file' ebpfmm report $planted-1.jsonl --html pipe
	[ -p pipe ]
	fails 1 'dev/stdout: is not a regular file' ebpfmm report $planted-1.jsonl --html /dev/stdout
	fails 1 'missing/page.html: No such file' ebpfmm report $planted-1.jsonl --html missing/page.html
	# What is there stays if there is nothing better.
	echo old >page.html
	fails 1 'missing.jsonl: No such file' ebpfmm report missing.jsonl --html page.html
	[ "$(cat page.html)" = old ]
	[ "$(echo *.html* pipe*)" = 'again.html page.html pipe' ]
}
