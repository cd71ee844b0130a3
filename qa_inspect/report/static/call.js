// A call's page once it is open: the transcript and the waveform follow the player, marks and
// evidence jump to their moment, the transcript is searched and filtered. It reads well without.
"use strict";

const audio = document.querySelector("audio");
const timeline = document.querySelector(".timeline");
const duration = timeline ? Number(timeline.dataset.duration) : 0;
const lines = [...document.querySelectorAll(".said")];
const said = lines
  .filter((element) => element.dataset.start)
  .map((element) => ({
    element,
    start: Number(element.dataset.start),
    end: Number(element.dataset.end),
  }));
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const one = (selector, within = document) => within.querySelector(selector);
const every = (selector, within = document) => [...within.querySelectorAll(selector)];

for (const element of every("[data-live]")) element.hidden = false;

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  if (whole >= 3600) parts.unshift(Math.floor(whole / 3600));
  return parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
}

function utteranceAt(seconds) {
  let found = null;
  for (const line of said) {
    if (line.start > seconds + 0.05) break;
    if (seconds <= line.end + 0.05) found = line;
  }
  return found;
}

// ---------------------------------------------------------------- following the player

let current = null;

function coveredUntil() {
  const player = one(".player");
  const kept = getComputedStyle(player).display === "contents" ? timeline : player;
  const stays = kept && getComputedStyle(kept).position === "sticky";
  return stays ? Math.max(0, kept.getBoundingClientRect().bottom) : 0;
}

function isInView(element) {
  const box = element.getBoundingClientRect();
  return box.top > coveredUntil() && box.bottom < window.innerHeight;
}

function reveal(element) {
  if (isInView(element)) return;
  element.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
}

function moveHead(seconds) {
  if (!timeline) return;
  const share = Math.min(1, seconds / duration);
  const head = one(".head", timeline);
  head.setAttribute("x1", `${100 * share}%`);
  head.setAttribute("x2", `${100 * share}%`);
  head.classList.add("shown");
  const slider = one(".seek[role]", timeline);
  if (slider) {
    slider.setAttribute("aria-valuenow", seconds.toFixed(1));
    slider.setAttribute("aria-valuetext", `${clock(seconds)} / ${clock(duration)}`);
  }
  const hidden = timeline.scrollWidth - timeline.clientWidth;
  if (hidden > 0) {
    const at = share * timeline.scrollWidth - timeline.scrollLeft;
    if (at < 0 || at > timeline.clientWidth * 0.9) {
      timeline.scrollLeft = share * timeline.scrollWidth - timeline.clientWidth * 0.2;
    }
  }
}

function follow(seconds, scroll) {
  moveHead(seconds);
  const found = utteranceAt(seconds);
  if (!found || found === current) return;
  if (current) {
    current.element.classList.remove("now");
    current.element.removeAttribute("aria-current");
  }
  current = found;
  found.element.classList.add("now");
  found.element.setAttribute("aria-current", "true");
  if (scroll && !found.element.hidden) reveal(found.element);
}

function play() {
  audio.play().catch(() => {});
}

function seek(seconds, playing) {
  const to = Math.max(0, duration ? Math.min(seconds, duration) : seconds);
  if (audio) {
    const go = () => {
      audio.currentTime = to;
      if (playing) play();
    };
    if (audio.readyState > 0) go();
    else {
      audio.addEventListener("loadedmetadata", go, { once: true });
      audio.load();
    }
  }
  follow(to, true);
}

function now() {
  return audio ? audio.currentTime : current ? current.start : 0;
}

if (audio) {
  audio.addEventListener("timeupdate", () => follow(audio.currentTime, !audio.paused));
  audio.addEventListener("seeked", () => follow(audio.currentTime, !audio.paused));
  let frame = 0;
  const glide = () => {
    moveHead(audio.currentTime);
    frame = audio.paused || audio.ended ? 0 : requestAnimationFrame(glide);
  };
  audio.addEventListener("playing", () => {
    if (!frame && !calm.matches) frame = requestAnimationFrame(glide);
  });
}

// ---------------------------------------------------------------- jumping

function jumpTo(link) {
  const line = /^#u\d+$/.test(link.getAttribute("href") || "") && one(link.getAttribute("href"));
  if (line && line.hidden) showEverything();
  seek(Number(link.dataset.seek), true);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-seek]");
  if (link) {
    event.preventDefault();
    jumpTo(link);
    return;
  }
  const line = event.target.closest(".said[data-start]");
  if (line && !String(window.getSelection())) seek(Number(line.dataset.start), true);
});

function openedAt() {
  const found = /^#t=([0-9.]+)$/.exec(window.location.hash);
  if (!found || !one(".listen")) return;
  const seconds = Number(found[1]);
  if (Math.abs(now() - seconds) > 0.15) seek(seconds, false);
}
window.addEventListener("hashchange", openedAt);

// ---------------------------------------------------------------- the waveform

if (timeline) {
  const area = one(".seek", timeline);
  const peek = one(".peek", timeline);
  const secondsAt = (event) => {
    const box = area.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * duration;
  };
  if (audio) {
    const slider = { role: "slider", tabindex: "0", "aria-label": area.dataset.label };
    Object.assign(slider, { "aria-valuemin": "0", "aria-valuemax": duration.toFixed(1) });
    Object.assign(slider, { "aria-valuenow": "0", "aria-valuetext": clock(0) });
    for (const [name, value] of Object.entries(slider)) area.setAttribute(name, value);
  }
  area.addEventListener("click", (event) => seek(secondsAt(event), true));
  area.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    const seconds = secondsAt(event);
    const line = utteranceAt(seconds);
    const words = line ? one("p.words", line.element).textContent : "";
    const short = words.length > 90 ? `${words.slice(0, 89)}…` : words;
    const who = line ? one(".who", line.element).firstChild.textContent.trim() : "";
    peek.textContent = line ? `${clock(seconds)} ${who}: ${short}` : clock(seconds);
    peek.hidden = false;
    const seen = timeline.getBoundingClientRect();
    const left = Math.min(seen.right - peek.offsetWidth, event.clientX - peek.offsetWidth / 2);
    peek.style.left = `${Math.max(seen.left, left)}px`;
    peek.style.top = `${area.getBoundingClientRect().bottom + 4}px`;
  });
  area.addEventListener("pointerleave", () => {
    peek.hidden = true;
  });
}

for (const button of every("[data-zoom]")) {
  button.addEventListener("click", () => {
    const stretch = one(".stretch");
    const most = Math.min(16, Math.max(2, 2 ** Math.ceil(Math.log2(duration / 45))));
    const before = Number(stretch.dataset.times || 1);
    const times = Math.max(1, Math.min(most, before * Number(button.dataset.zoom)));
    stretch.dataset.times = String(times);
    stretch.style.width = `${100 * times}%`;
    stretch.classList.toggle("wider", times > 1);
    one('[data-zoom="2"]').disabled = times >= most;
    one('[data-zoom="0.5"]').disabled = times <= 1;
    timeline.scrollLeft = (now() / duration) * timeline.scrollWidth - timeline.clientWidth / 2;
  });
}

// ---------------------------------------------------------------- buttons and keys

for (const button of every("[data-speed]")) {
  button.addEventListener("click", () => {
    audio.playbackRate = Number(button.dataset.speed);
  });
}
if (audio) {
  audio.addEventListener("ratechange", () => {
    for (const button of every("[data-speed]")) {
      const chosen = Number(button.dataset.speed) === audio.playbackRate;
      button.setAttribute("aria-pressed", String(chosen));
    }
  });
}

for (const button of every("[data-mark]")) {
  button.addEventListener("click", () => {
    const marks = every(".marks [data-seek]").map((mark) => Number(mark.dataset.seek));
    const at = now();
    const next = marks.filter((mark) => mark > at + 0.3)[0];
    const before = marks.filter((mark) => mark < at - 1).pop();
    const to = Number(button.dataset.mark) > 0 ? next : before;
    if (to !== undefined) seek(to, true);
  });
}

const share = one(".share");
if (share) {
  share.addEventListener("click", () => {
    const told = one(".tools output");
    window.location.hash = `t=${Math.round(now() * 10) / 10}`;
    const inBar = () => {
      told.textContent = share.dataset.inBar;
    };
    if (!navigator.clipboard) inBar();
    else {
      navigator.clipboard.writeText(window.location.href).then(() => {
        told.textContent = share.dataset.copied;
      }, inBar);
    }
  });
}

const STEPS_S = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -30, PageUp: 30 };

document.addEventListener("keydown", (event) => {
  if (!audio || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, button, a, audio, summary")) return;
  const onWaveform = Boolean(event.target.closest(".seek"));
  const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (event.key === " ") {
    if (audio.paused) play();
    else audio.pause();
  } else if (event.key in STEPS_S && (onWaveform || sideways)) {
    const step = event.shiftKey ? Math.sign(STEPS_S[event.key]) : STEPS_S[event.key];
    seek(audio.currentTime + step, !audio.paused);
  } else if (onWaveform && (event.key === "Home" || event.key === "End")) {
    seek(event.key === "Home" ? 0 : duration, !audio.paused);
  } else return;
  event.preventDefault();
});

// ---------------------------------------------------------------- finding and filtering lines

const finder = one(".find");
let places = [];
let place = -1;

function plain(line) {
  const words = one("p.words", line);
  if (one("mark", words)) words.textContent = words.textContent;
  return words;
}

function highlight(line, wanted) {
  const words = plain(line);
  const text = words.textContent;
  const folded = text.toLowerCase();
  // Where folding changes a text's length, places in it would not be those in the text.
  const searched = folded.length === text.length ? folded : text;
  const pieces = [];
  let read = 0;
  for (let at = searched.indexOf(wanted); at >= 0; at = searched.indexOf(wanted, read)) {
    const found = document.createElement("mark");
    found.textContent = text.slice(at, at + wanted.length);
    pieces.push(text.slice(read, at), found);
    read = at + wanted.length;
  }
  if (read) words.replaceChildren(...pieces, text.slice(read));
}

function tellPlace() {
  const told = one(".words output", finder);
  const asked = finder.elements.find.value.trim();
  const found = told.dataset.found;
  if (!asked) told.textContent = "";
  else if (!places.length) told.textContent = told.dataset.none;
  else told.textContent = found.replace("##", String(places.length)).replace("#", String(place + 1));
}

function goTo(which) {
  if (!places.length) return;
  if (places[place]) places[place].classList.remove("here");
  place = (which + places.length) % places.length;
  places[place].classList.add("here");
  reveal(places[place].closest(".said"));
  tellPlace();
}

function find() {
  const wanted = finder.elements.find.value.trim().toLowerCase();
  for (const line of lines) {
    if (wanted && !line.hidden) highlight(line, wanted);
    else plain(line);
  }
  places = every(".said:not([hidden]) mark");
  place = -1;
  for (const button of every("[data-find]", finder)) button.disabled = !places.length;
  if (places.length) goTo(0);
  else tellPlace();
}

function filter() {
  const roles = new Set(every("[name=role]:checked", finder).map((box) => box.value));
  const wants = (name) => Boolean(one(`[name=${name}]:checked`, finder));
  let count = 0;
  for (const line of lines) {
    line.hidden = !(
      roles.has(line.dataset.role) &&
      (!wants("cited") || line.classList.contains("cited")) &&
      (!wants("poor") || line.classList.contains("poor"))
    );
    count += line.hidden ? 0 : 1;
  }
  const told = one("fieldset output", finder);
  told.textContent = count === lines.length ? "" : told.dataset.shown.replace("#", String(count));
  one(".nothing").hidden = count > 0;
}

function showEverything() {
  if (!finder) return;
  for (const box of every("[name=role]", finder)) box.checked = true;
  for (const box of every("[name=cited], [name=poor]", finder)) box.checked = false;
  filter();
  find();
}

if (finder) {
  finder.addEventListener("submit", (event) => event.preventDefault());
  finder.elements.find.addEventListener("input", find);
  finder.elements.find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    goTo(place + (event.shiftKey ? -1 : 1));
  });
  for (const button of every("[data-find]", finder)) {
    button.addEventListener("click", () => goTo(place + Number(button.dataset.find)));
  }
  finder.addEventListener("change", (event) => {
    if (event.target.type !== "checkbox") return;
    filter();
    find();
  });
  filter();
}

openedAt();
