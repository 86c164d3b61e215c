// One box for everything the page can do: go somewhere, press one of its buttons, search for what was typed.
import {element, folded, isTyping, matches} from "./text.js";

const root = document.documentElement;
const SOURCES = "nav.wide a, a.register, .title .btns :is(a, button), .acts .btns :is(a, button), .menu.account .panel a, [data-command]";
const REFERENCE = /^\p{L}{2,}-.*\d/u;
const MOST = 12;

export const startPalette = () => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const box = dialog.querySelector("input");
  const list = dialog.querySelector("ul");
  let found = [];
  let at = 0;

  const commands = () => {
    const seen = new Set();
    const all = [];
    for (const target of document.querySelectorAll(SOURCES)) {
      const label = (target.dataset.command || target.textContent).replace(/\s+/g, " ").trim();
      if (!label || seen.has(label)) continue;
      seen.add(label);
      all.push({label, key: target.dataset.go ? `g ${target.dataset.go}` : "", run: () => target.click()});
    }
    return all;
  };
  const search = (typed) => ({
    label: dialog.dataset.findWords.replace("{words}", typed),
    key: "",
    run: () => location.assign(`${dialog.dataset.find}?q=${encodeURIComponent(typed)}`),
  });
  const point = (index) => {
    if (!found.length) return;
    at = (index + found.length) % found.length;
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === at)));
    list.children[at].scrollIntoView({block: "nearest"});
    box.setAttribute("aria-activedescendant", `command-${at}`);
  };
  const refresh = () => {
    const typed = box.value.trim();
    const begins = (one) => folded(one.label).startsWith(folded(typed));
    found = commands().filter((one) => !typed || matches(one.label, typed));
    if (typed) found.sort((a, b) => begins(b) - begins(a));
    found = found.slice(0, MOST);
    if (typed && dialog.dataset.find) found.splice(REFERENCE.test(typed) ? 0 : found.length, 0, search(typed));
    list.replaceChildren(
      ...found.map((one, place) => {
        const row = element("li", {role: "option", id: `command-${place}`, "aria-selected": "false"}, one.label);
        if (one.key) row.append(element("kbd", {"aria-hidden": "true"}, one.key));
        row.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          run(place);
        });
        return row;
      }),
    );
    point(0);
  };
  const run = (place) => {
    dialog.close();
    found[place]?.run();
  };

  box.addEventListener("input", refresh);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      point(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(at);
    }
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.addEventListener("keydown", (event) => {
    const chord = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
    const plain = event.key === "." && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
    if (!chord && !plain) return;
    if (root.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    box.value = "";
    dialog.showModal();
    refresh();
  });
};
