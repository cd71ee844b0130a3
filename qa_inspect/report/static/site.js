// What pages do once they are open: the transcript follows the player, evidence jumps to its
// moment, and lists can be searched. Pages read well without it.
"use strict";

const audio = document.querySelector("audio");
const said = [...document.querySelectorAll(".said[data-start]")].map((element) => ({
  element,
  start: Number(element.dataset.start),
  end: Number(element.dataset.end),
}));
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
let current = null;

function utteranceAt(seconds) {
  let found = null;
  for (const one of said) {
    if (one.start > seconds + 0.05) break;
    if (seconds <= one.end + 0.05) found = one;
  }
  return found;
}

function isInView(element) {
  const box = element.getBoundingClientRect();
  const player = document.querySelector(".player").getBoundingClientRect();
  return box.top > Math.max(0, player.bottom) && box.bottom < window.innerHeight;
}

function follow(seconds, scroll) {
  const line = document.querySelector(".lanes .head");
  const timeline = document.querySelector(".timeline");
  if (line && timeline) {
    const place = `${Math.min(100, (100 * seconds) / Number(timeline.dataset.duration))}%`;
    line.setAttribute("x1", place);
    line.setAttribute("x2", place);
    line.classList.add("shown");
  }
  const found = utteranceAt(seconds);
  if (!found || found === current) return;
  if (current) {
    current.element.classList.remove("now");
    current.element.removeAttribute("aria-current");
  }
  current = found;
  found.element.classList.add("now");
  found.element.setAttribute("aria-current", "true");
  if (scroll && !isInView(found.element)) {
    found.element.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  }
}

function seek(seconds, play) {
  if (audio) {
    const go = () => {
      audio.currentTime = seconds;
      if (play) audio.play().catch(() => {});
    };
    if (audio.readyState > 0) go();
    else {
      audio.addEventListener("loadedmetadata", go, { once: true });
      audio.load();
    }
  }
  follow(seconds, true);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-seek]");
  if (link) {
    event.preventDefault();
    seek(Number(link.dataset.seek), true);
    return;
  }
  const lanes = event.target.closest(".lanes");
  if (lanes) {
    const box = lanes.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    seek(share * Number(lanes.closest(".timeline").dataset.duration), true);
    return;
  }
  const one = event.target.closest(".said[data-start]");
  if (one && !String(window.getSelection())) seek(Number(one.dataset.start), true);
});

document.addEventListener("keydown", (event) => {
  if (!audio || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, button, a, audio, summary")) return;
  if (event.key === " ") {
    event.preventDefault();
    if (audio.paused) audio.play().catch(() => {});
    else audio.pause();
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    event.preventDefault();
    const step = event.key === "ArrowLeft" ? -5 : 5;
    seek(Math.max(0, audio.currentTime + step), !audio.paused);
  }
});

function openedAt() {
  const found = /^#t=([0-9.]+)$/.exec(window.location.hash);
  if (found && document.querySelector(".listen")) seek(Number(found[1]), false);
}

if (audio) {
  audio.addEventListener("timeupdate", () => follow(audio.currentTime, !audio.paused));
  audio.addEventListener("seeked", () => follow(audio.currentTime, true));
}
window.addEventListener("hashchange", openedAt);
openedAt();

const filters = document.querySelector("[data-filters]");
if (filters) {
  const rows = [...document.querySelectorAll("table.calls tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const words = filters.querySelector("#words");
  const flagged = filters.querySelector("#flagged");
  const review = filters.querySelector("#review");
  const shown = filters.querySelector("output");
  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, place) => {
      const hit =
        (!flagged.checked || "flagged" in row.dataset) &&
        (!review.checked || "review" in row.dataset) &&
        wanted.every((word) => texts[place].includes(word));
      row.hidden = !hit;
      count += hit ? 1 : 0;
    });
    shown.textContent = shown.dataset.shown.replace("#", String(count));
    document.getElementById("nothing").hidden = count > 0;
  };
  filters.hidden = false;
  filters.addEventListener("input", apply);
  if (window.location.hash === "#review") review.checked = true;
  if (window.location.hash === "#flagged") flagged.checked = true;
  apply();
}
