// A trainer pack once it is open: one clip plays at a time, its words follow, and clips can be
// searched. The page reads well without it.
"use strict";

const cards = [...document.querySelectorAll(".clip")];

function linesOf(card) {
  return [...card.querySelectorAll(".line[data-start]")];
}

function follow(card, seconds) {
  for (const line of linesOf(card)) {
    const within =
      seconds >= Number(line.dataset.start) - 0.05 && seconds <= Number(line.dataset.end) + 0.05;
    line.classList.toggle("now", within);
    if (within) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  }
}

for (const card of cards) {
  const audio = card.querySelector("audio");
  if (!audio) continue;
  audio.addEventListener("play", () => {
    for (const other of document.querySelectorAll("audio")) {
      if (other !== audio) other.pause();
    }
  });
  audio.addEventListener("timeupdate", () => follow(card, audio.currentTime));
  audio.addEventListener("ended", () => follow(card, -1));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-seek]");
  if (!button) return;
  const audio = button.closest(".clip").querySelector("audio");
  const go = () => {
    audio.currentTime = Number(button.dataset.seek);
    audio.play().catch(() => {});
  };
  if (audio.readyState > 0) go();
  else {
    audio.addEventListener("loadedmetadata", go, { once: true });
    audio.load();
  }
});

const filters = document.querySelector("[data-filters]");
if (filters) {
  const texts = cards.map((card) => card.textContent.toLowerCase());
  const words = filters.querySelector("#words");
  const why = filters.querySelector("#why");
  const role = filters.querySelector("#role");
  const shown = filters.querySelector("output");
  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hit = cards.map(
      (card, place) =>
        (!why || !why.value || card.dataset.why.split(" ").includes(why.value)) &&
        (!role || !role.value || card.dataset.roles.split(" ").includes(role.value)) &&
        wanted.every((word) => texts[place].includes(word)),
    );
    // A pair is shown whole when either side matches
    cards.forEach((card, place) => {
      const group = card.closest("[data-group]");
      if (!group) card.hidden = !hit[place];
    });
    for (const group of document.querySelectorAll("[data-group]")) {
      group.hidden = !cards.some((card, place) => hit[place] && group.contains(card));
    }
    const visible = cards.filter((card) => !card.hidden && !card.closest("[hidden]"));
    // A clip of several pairs is one clip
    const count = new Set(visible.map((card) => card.dataset.clip)).size;
    shown.textContent = shown.dataset.shown.replace("#", String(count));
    document.getElementById("nothing").hidden = count > 0;
    for (const card of cards) {
      const audio = card.querySelector("audio");
      if (audio && (card.hidden || card.closest("[hidden]"))) audio.pause();
    }
  };
  filters.hidden = false;
  filters.addEventListener("input", apply);
  filters.addEventListener("submit", (event) => event.preventDefault());
  apply();
}
