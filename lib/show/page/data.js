// SPDX-License-Identifier: GPL-2.0-only
// The data of the page. All of it is hostile: it becomes text, never markup.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);

const byId = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes || {}))
		element.setAttribute(name, value);
	element.append(...children.filter((child) => child !== null));
	return element;
}
