// What every page does once it is open: what is wider than the window fades where it goes on; a heat
// map tells the cell that is pointed at, and is walked through with the arrow keys. Pages read well without it; lists have lists.js, calls have call.js.
"use strict";

for (const wide of document.querySelectorAll(".scroll, .across")) {
  const tell = () => {
    const left = wide.scrollWidth - wide.clientWidth - Math.abs(wide.scrollLeft);
    wide.classList.toggle("goes-on", left > 2);
  };
  wide.addEventListener("scroll", tell, { passive: true });
  new ResizeObserver(tell).observe(wide);
}

function walked(map, cells, from, key) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const step = steps[key];
  if (!step) return null;
  const at = (cell) => [Number(cell.dataset.row), Number(cell.dataset.column)];
  const [row, column] = at(from);
  // The nearest cell that way: maps have holes where there was no call.
  let best = null;
  let least = Infinity;
  for (const cell of cells) {
    const [r, c] = at(cell);
    const along = (r - row) * step[0] + (c - column) * step[1];
    const aside = Math.abs((r - row) * step[1]) + Math.abs((c - column) * step[0]);
    if (along > 0 && along + 100 * aside < least) {
      best = cell;
      least = along + 100 * aside;
    }
  }
  return best;
}

for (const map of document.querySelectorAll("[data-heat]")) {
  const cells = [...map.querySelectorAll(".heat-map a")];
  const told = map.querySelector(".readout");
  const tell = (event) => {
    const cell = event.target.closest(".heat-map a");
    if (cell) told.textContent = cell.getAttribute("aria-label");
  };
  const reach = (cell) => cells.forEach((one) => one.setAttribute("tabindex", one === cell ? 0 : -1));
  reach(cells[0]);
  map.addEventListener("pointerover", tell);
  map.addEventListener("focusin", tell);
  map.addEventListener("keydown", (event) => {
    const from = event.target.closest(".heat-map a");
    const next = from && walked(map, cells, from, event.key);
    if (!next) return;
    event.preventDefault();
    reach(next);
    next.focus();
  });
}
