"use strict";
const controls = [...document.querySelectorAll("details.control")];
const filters = [...document.querySelectorAll("button.filter")];
const search = document.getElementById("search");
const unfold = document.getElementById("unfold");
const shown = document.getElementById("shown");
const nothing = document.querySelector(".nothing");

function apply() {
  const wanted = new Set(filters.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.standing));
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const control of controls) {
    const fits = (!wanted.size || wanted.has(control.dataset.standing)) && words.every((w) => control.dataset.text.includes(w));
    control.hidden = !fits;
    count += fits;
  }
  shown.textContent = count === controls.length ? "" : `${count} of ${controls.length} controls`;
  nothing.hidden = count > 0;
}

function showAll() {
  filters.forEach((button) => button.setAttribute("aria-pressed", "false"));
  search.value = "";
  apply();
}

function openLinked() {
  const control = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!control || !control.matches("details.control")) return;
  if (control.hidden) showAll();
  control.open = true;
  control.scrollIntoView();
  control.querySelector("summary").focus({ preventScroll: true });
}

for (const button of filters) {
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    apply();
  });
}
const picks = [...document.querySelectorAll("button.pick")];
const rows = [...document.querySelectorAll("table.faults tbody tr")];
for (const button of picks) {
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    const wanted = picks.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.group);
    for (const row of rows) {
      const groups = row.dataset.groups.split("|");
      row.hidden = !wanted.every((group) => groups.includes(group));
    }
  });
}
search.addEventListener("input", apply);
search.form.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("clear").addEventListener("click", showAll);
unfold.addEventListener("click", () => {
  const open = unfold.getAttribute("aria-expanded") !== "true";
  controls.forEach((control) => { control.open = open; });
  unfold.setAttribute("aria-expanded", String(open));
  unfold.textContent = open ? "Fold all" : "Unfold all";
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/INPUT|TEXTAREA/.test(document.activeElement.tagName)) {
    event.preventDefault();
    search.focus();
  }
});
addEventListener("hashchange", openLinked);
openLinked();
