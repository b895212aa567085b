"use strict";
(function () {
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // The theme: the system's, until the button says otherwise. A page opened from
  // a file may have no storage.
  const root = document.documentElement;
  const stored = (value) => {
    try {
      if (value !== undefined) localStorage.setItem("assay-theme", value);
      return localStorage.getItem("assay-theme");
    } catch (_) { return null; }
  };
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  if (stored()) root.dataset.theme = stored();
  const theme = $("#theme");
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; stored(root.dataset.theme); });

  // The filter. Rows match when each of its parts does; no pressed result is every result.
  const rows = $$(".req").map((row) => ({ row, text: row.textContent.toLowerCase(), section: row.closest(".group").dataset.section }));
  const groups = $$(".group");
  const form = $("#filter"), text = $("#filter-text"), level = $("#filter-level"), suite = $("#filter-suite"), section = $("#filter-section");
  const states = $$(".state", form);
  form.hidden = false;
  function apply() {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const pressed = states.filter((s) => s.getAttribute("aria-pressed") === "true").map((s) => s.dataset.result);
    let shown = 0;
    for (const r of rows) {
      const data = r.row.dataset;
      const match = words.every((w) => r.text.includes(w)) && (!pressed.length || pressed.includes(data.result)) &&
        (!level.value || data.level === level.value) && (!suite.value || data.suite === suite.value) && (!section.value || r.section === section.value);
      r.row.hidden = !match;
      if (match) shown++;
    }
    for (const g of groups) g.hidden = !$(".req:not([hidden])", g);
    $("#nothing").hidden = shown > 0;
    $("#filter-count").textContent = shown === rows.length ? rows.length + " requirements" : shown + " of " + rows.length;
  }
  function reset() {
    text.value = level.value = suite.value = section.value = "";
    states.forEach((s) => s.setAttribute("aria-pressed", "false"));
    apply();
  }
  for (const s of states) s.addEventListener("click", () => { s.setAttribute("aria-pressed", String(s.getAttribute("aria-pressed") !== "true")); apply(); });
  for (const input of [text, level, suite, section]) input.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  $("#filter-reset").addEventListener("click", reset);
  $("#nothing-reset").addEventListener("click", reset);
  apply();

  // A link to a requirement or an experiment opens it, and shows it if the filter hides it.
  function reveal() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || target.tagName !== "DETAILS") return;
    if (target.hidden) reset();
    target.open = true;
    target.scrollIntoView({ block: "center" });
  }
  addEventListener("hashchange", reveal);
  reveal();
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) reveal();
  });

  // Under the pointer, a timeline tells its values.
  const seconds = (s) => s < 60 ? s.toFixed(1) + "s" : Math.floor(s / 60) + "m" + Math.round(s % 60) + "s";
  for (const figure of $$(".timeline")) {
    const svg = $("svg", figure), hair = $(".hair", figure), out = $(".readout", figure);
    const data = JSON.parse($(".readout-data", figure).textContent);
    svg.addEventListener("pointermove", (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const time = (at.x - data.left) / (data.right - data.left) * data.seconds;
      if (time < 0 || time > data.seconds) return leave();
      const bin = Math.floor(time / data.width);
      hair.setAttribute("x1", at.x);
      hair.setAttribute("x2", at.x);
      hair.setAttribute("visibility", "visible");
      out.textContent = seconds(time) + ": " + data.panels.map((p) => p.title + " " + p.curves.map((c) => {
        const v = c.values[bin];
        return c.name + " " + (v === null || v === undefined ? "–" : Math.round(v * 10) / 10);
      }).join(", ")).join(" · ");
    });
    function leave() { hair.setAttribute("visibility", "hidden"); out.textContent = ""; }
    svg.addEventListener("pointerleave", leave);
  }

  const copy = $("#copy");
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", () => navigator.clipboard.writeText($("#commands").textContent).then(() => { copy.textContent = "Copied"; }));
  }
})();
