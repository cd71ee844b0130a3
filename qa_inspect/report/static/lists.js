// A long list: it is searched and filtered over all its rows, of which those that are shown are
// loaded. What is asked stands in the address, so that a link opens a list as somebody left it.
"use strict";

const form = document.querySelector("[data-list]");
const place = document.querySelector("[data-rows]");
const output = form && form.querySelector("output");
const pager = document.querySelector(".pager");
const total = form ? Number(form.dataset.total) : 0;
const kept = place ? [...place.children].map((row) => row.outerHTML) : [];
const chunks = new Map();
const waiting = new Map();
const spoken = new Map();
let index = null;
let found = null;
let page = 0;
let asked = 0;
let searches = 0;

// Data files hand themselves over here.
window.qaInspect = {
  index(name, told) {
    index = prepared(told);
    fillChoices();
    readAddress();
  },
  rows(name, rows, number) {
    chunks.set(number, rows);
    (waiting.get(number) || []).forEach((done) => done());
    waiting.delete(number);
  },
  said(name, number, told) {
    spoken.set(number, told);
    (waiting.get(`said-${number}`) || []).forEach((done) => done());
    waiting.delete(`said-${number}`);
  },
};

// What a word that was said is found by, as report/said_index.py puts it in the index.
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+/g;

function pieces(word) {
  if (!index.said || /\p{N}/u.test(word)) return [];
  const plain = word.normalize("NFC");
  const pairs = (plain.match(UNSPACED) || []).flatMap((run) =>
    [...run].slice(1).map((second, n) => run[n] + second),
  );
  return [...pairs, ...(plain.replace(UNSPACED, " ").match(/[\p{L}\u0300-\u036f]{2,40}/gu) || [])];
}

function shardOf(piece) {
  const [first, second] = [...piece].map((one) => one.codePointAt(0));
  return (31 * first + second) % index.said;
}

// The rows in which a word was said.
function saidIn(word) {
  const all = pieces(word).map((piece) => {
    const rows = new Set();
    for (const [known, steps] of Object.entries(spoken.get(shardOf(piece)))) {
      if (!known.startsWith(piece)) continue;
      let row = 0;
      for (const step of steps.split(" ")) rows.add((row += parseInt(step, 36)));
    }
    return rows;
  });
  return all.length ? all.reduce((a, b) => new Set([...a].filter((row) => b.has(row)))) : new Set();
}

function searched() {
  const told = String(new FormData(form).get("words"));
  return told.toLowerCase().split(/\s+/).filter(Boolean);
}

function prepared(told) {
  const names = Object.keys(told.facets);
  const labels = names.map((name) => told.facets[name].map((value) => value[1]));
  const rows = told.rows.map(([text, score, day, marks, ...values]) => ({
    score,
    day,
    marks,
    values: Object.fromEntries(names.map((name, n) => [name, values[n]])),
    text: [text, ...values.flatMap((own, n) => own.map((value) => labels[n][value]))]
      .join(" ")
      .toLowerCase(),
  }));
  return { ...told, rows };
}

function fillChoices() {
  for (const select of form.querySelectorAll("select")) {
    const values = index.facets[select.name].slice();
    const byNumber = values.every((value) => /^\d+$/.test(value[0]));
    values.sort((a, b) => (byNumber ? a[0] - b[0] : a[1].localeCompare(b[1])));
    for (const [value, label] of values) select.append(new Option(label, value));
  }
}

function condition() {
  const told = new FormData(form);
  const words = searched().map((word) => [word, saidIn(word)]);
  const number = (name) => (told.get(name) ? Number(told.get(name)) : null);
  const [least, most] = [number("least"), number("most")];
  const [from, to] = [told.get("from"), told.get("to")];
  const marks = index.marks.map((mark, bit) => (told.get(mark) ? 1 << bit : 0));
  const needed = marks.reduce((all, one) => all | one, 0);
  const choices = [...form.querySelectorAll("select")]
    .filter((select) => select.value)
    .map((select) => [
      select.name,
      index.facets[select.name].flatMap((value, n) => (value[0] === select.value ? [n] : [])),
    ]);
  return (row, number) =>
    (row.marks & needed) === needed &&
    (least === null || (row.score !== null && row.score >= least)) &&
    (most === null || (row.score !== null && row.score <= most)) &&
    (!from || row.day >= from) &&
    (!to || (row.day && row.day <= to)) &&
    choices.every(([name, places]) => places.some((one) => row.values[name].includes(one))) &&
    words.every(([word, said]) => row.text.includes(word) || said.has(number));
}

function readAddress() {
  const told = new URLSearchParams(window.location.hash.slice(1));
  form.reset();
  for (const field of form.elements) {
    if (!field.name || !told.has(field.name)) continue;
    const value = told.get(field.name);
    if (field.type === "checkbox") field.checked = true;
    else if (field.options && ![...field.options].some((one) => one.value === value)) {
      // No row has it: the list must then be empty, not whole.
      field.append(new Option(value, value));
    }
    if (field.type !== "checkbox") field.value = value;
  }
  const more = form.querySelector(".more-filters");
  if ([...more.querySelectorAll("input, select")].some((field) => field.value)) more.open = true;
  page = Math.max(0, Number(told.get("page") || 1) - 1);
  show();
}

function writeAddress() {
  const told = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value) told.append(name, value === "on" ? "1" : value);
  }
  if (page) told.set("page", page + 1);
  const hash = told.toString();
  window.history.replaceState(null, "", hash ? `#${hash}` : window.location.pathname);
}

async function show() {
  searches += 1;
  const turn = searches;
  const shards = new Set(searched().flatMap(pieces).map(shardOf));
  await Promise.all([...shards].map((number) => loaded(spoken, number, `said-${number}`)));
  if (turn !== searches) return;
  const fits = condition();
  found = [];
  index.rows.forEach((row, number) => fits(row, number) && found.push(number));
  page = Math.min(page, Math.max(0, Math.ceil(found.length / index.shown) - 1));
  render();
}

function loaded(known, number, key) {
  if (known.has(number)) return Promise.resolve();
  return new Promise((done) => {
    const others = waiting.get(key);
    waiting.set(key, [...(others || []), done]);
    if (others) return;
    fetchScript(`data/${form.dataset.list}-${key}.js`);
  });
}

function load(number) {
  return loaded(chunks, number, number);
}

function fetchScript(address) {
  const script = document.createElement("script");
  script.src = address;
  document.head.append(script);
}

async function render() {
  asked += 1;
  const turn = asked;
  const first = page * index.shown;
  const numbers = found.slice(first, first + index.shown);
  const own = (number) =>
    number < kept.length ? kept[number] : chunks.get(Math.floor(number / index.chunk))[number % index.chunk];
  const missing = numbers.filter((number) => number >= kept.length);
  await Promise.all([...new Set(missing.map((n) => Math.floor(n / index.chunk)))].map(load));
  if (turn !== asked) return;
  // Rows were escaped when they were made; the pages' security policy lets nothing in them run.
  const made = document.createElement("template");
  made.innerHTML = numbers.map(own).join("");
  place.replaceChildren(made.content);
  const last = first + numbers.length;
  const all = found.length <= index.shown;
  output.textContent = all
    ? output.dataset.shown.replace("#", found.length)
    : output.dataset.of.replace("#1", first + 1).replace("#2", last).replace("#3", found.length);
  const nothing = document.getElementById("nothing");
  nothing.hidden = found.length > 0;
  const note = nothing.querySelector("span");
  if (note) note.hidden = !searched().some((word) => /\p{N}/u.test(word));
  if (!pager) return;
  pager.hidden = all;
  pager.querySelector("span").textContent = `${page + 1} / ${Math.ceil(found.length / index.shown)}`;
  pager.querySelector("[data-step='-1']").disabled = page === 0;
  pager.querySelector("[data-step='1']").disabled = last >= found.length;
}

if (form) {
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    if (!index) return;
    page = 0;
    writeAddress();
    show();
  });
  form.querySelector("[type=reset]").addEventListener("click", (event) => {
    event.preventDefault();
    if (!index) return;
    form.reset();
    page = 0;
    writeAddress();
    show();
  });
  if (pager) {
    pager.addEventListener("click", (event) => {
      const button = event.target.closest("[data-step]");
      if (!button) return;
      page += Number(button.dataset.step);
      writeAddress();
      render();
      window.scrollTo(0, 0);
    });
  }
  window.addEventListener("hashchange", () => index && readAddress());
  fetchScript(`data/${form.dataset.list}.js`);
}
