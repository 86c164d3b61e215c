// Lists: ticked rows are counted and shown, filters send themselves, a long list of ticks can be narrowed by typing.
import {element, matches} from "./text.js";

const startSelection = (bar) => {
  const form = bar.closest("form") ?? document;
  const all = form.querySelector("[data-select-all]");
  const ticks = () => [...form.querySelectorAll("[data-select]")];
  const words = bar.querySelector("[data-selection-count]");
  const refresh = () => {
    const chosen = ticks().filter((tick) => tick.checked);
    for (const tick of ticks()) tick.closest("tr")?.classList.toggle("is-sel", tick.checked);
    bar.classList.toggle("on", chosen.length > 0);
    words.textContent = words.dataset.words.replace("{chosen}", chosen.length);
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === ticks().length;
      all.indeterminate = chosen.length > 0 && !all.checked;
    }
  };
  form.addEventListener("change", (event) => {
    if (event.target === all) for (const tick of ticks()) tick.checked = all.checked;
    if (event.target === all || event.target.matches?.("[data-select]")) refresh();
  });
  bar.querySelector("[data-selection-clear]")?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const tick of ticks()) tick.checked = false;
    refresh();
  });
  refresh();
};

const startFilterList = (list) => {
  const label = list.closest("fieldset")?.querySelector("legend")?.textContent.trim() ?? "";
  const box = element("input", {type: "search", class: "form-control form-control-sm", "aria-label": label, placeholder: list.dataset.filterList, autocomplete: "off"});
  box.addEventListener("input", () => {
    for (const row of list.querySelectorAll("label")) {
      row.hidden = !matches(row.textContent, box.value) && !row.querySelector("input").checked;
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  list.before(box);
};

export const startLists = () => {
  document.querySelectorAll("[data-selection]").forEach(startSelection);
  document.querySelectorAll("[data-filter-list]").forEach(startFilterList);
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-autosubmit]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
  });
};
