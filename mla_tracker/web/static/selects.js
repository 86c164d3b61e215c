// A long select that one finds by typing. The select stays and is what the form sends; the box beside it only chooses.
import {element, folded, matches} from "./text.js";

let count = 0;

const searchable = (select) => {
  const options = () => [...select.options];
  const listId = `choices-${(count += 1)}`;
  const list = element("ul", {id: listId, role: "listbox", hidden: ""});
  const box = element("input", {
    type: "text", class: "form-control", role: "combobox", autocomplete: "off", dir: "auto", id: select.id,
    "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list",
  });
  for (const name of ["aria-describedby", "aria-invalid", "aria-label"]) {
    if (select.hasAttribute(name)) box.setAttribute(name, select.getAttribute(name));
  }
  const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  if (label) {
    label.id ||= `${listId}-label`;
    list.setAttribute("aria-labelledby", label.id);
  }
  select.id = `${select.id}-value`;
  select.hidden = true;
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("class", "i");
  icon.setAttribute("aria-hidden", "true");
  const sprite = document.querySelector("svg.i use")?.getAttribute("href").split("#")[0];
  if (sprite) {
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite}#open`);
    icon.append(use);
  }
  const holder = element("div", {class: "combo"});
  select.before(holder);
  holder.append(box, icon, list, select);

  const shown = () => select.selectedOptions[0]?.text ?? "";
  let at = -1;

  const close = () => {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const point = (index) => {
    const rows = [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
    if (!rows.length) return;
    at = (index + rows.length) % rows.length;
    rows.forEach((row, place) => row.setAttribute("aria-selected", String(place === at)));
    rows[at].scrollIntoView({block: "nearest"});
    box.setAttribute("aria-activedescendant", rows[at].id);
  };
  const open = (typed) => {
    const found = options().filter((option) => !typed || matches(option.text, typed));
    // What begins with the typed text comes first.
    if (typed) found.sort((a, b) => folded(b.text).startsWith(folded(typed)) - folded(a.text).startsWith(folded(typed)));
    list.replaceChildren(
      ...found.map((option) => {
        const row = element("li", {role: "option", id: `${listId}-${option.index}`, "aria-selected": "false"}, option.text);
        row.dataset.index = option.index;
        return row;
      }),
    );
    if (!found.length) list.append(element("li", {role: "option", "aria-disabled": "true"}, select.dataset.searchNone ?? ""));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    const present = found.findIndex((option) => option.selected);
    point(typed || present < 0 ? 0 : present);
  };
  // Typed text that is no choice stays, is said to be none, and keeps the form from being sent: the value before it is
  // not what the reader meant.
  const fault = element("div", {class: "err", id: `${listId}-fault`, role: "alert", hidden: ""}, select.dataset.searchUnknown ?? "");
  holder.before(fault);
  const described = box.getAttribute("aria-describedby") ?? "";
  const wrong = box.getAttribute("aria-invalid");
  const settle = () => {
    fault.hidden = true;
    holder.classList.remove("unknown");
    if (wrong) box.setAttribute("aria-invalid", wrong);
    else box.removeAttribute("aria-invalid");
    if (described) box.setAttribute("aria-describedby", described);
    else box.removeAttribute("aria-describedby");
  };
  const unknown = () => {
    fault.hidden = false;
    holder.classList.add("unknown");
    box.setAttribute("aria-invalid", "true");
    box.setAttribute("aria-describedby", `${fault.id} ${described}`.trim());
    close();
  };
  const choose = (index) => {
    const changed = select.selectedIndex !== index;
    select.selectedIndex = index;
    box.value = shown();
    close();
    settle();
    if (changed) select.dispatchEvent(new Event("change", {bubbles: true}));
  };

  box.value = shown();
  box.addEventListener("focus", () => box.select());
  box.addEventListener("click", () => list.hidden && open(""));
  box.addEventListener("input", () => open(box.value));
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open("");
      else point(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      const row = list.querySelector("[aria-selected=true]");
      if (row) choose(Number(row.dataset.index));
    } else if (event.key === "Escape" && (!list.hidden || holder.classList.contains("unknown"))) {
      event.stopPropagation();
      box.value = shown();
      settle();
      close();
    }
  });
  list.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("[data-index]");
    event.preventDefault();
    if (row) choose(Number(row.dataset.index));
  });
  box.addEventListener("blur", () => {
    if (box.value === shown()) {
      settle();
      close();
      return;
    }
    const typed = folded(box.value);
    const exact = options().find((option) => folded(option.text) === typed) ?? (typed ? null : options().find((o) => !o.value));
    const only = list.querySelectorAll("[data-index]").length === 1 ? list.querySelector("[data-index]") : null;
    if (exact) choose(exact.index);
    else if (only && typed) choose(Number(only.dataset.index));
    else unknown();
  });
  select.form?.addEventListener("submit", (event) => {
    if (!holder.classList.contains("unknown")) return;
    event.preventDefault();
    box.focus();
  });
};

export const startSelects = () => document.querySelectorAll("select[data-search]:not([multiple])").forEach(searchable);
