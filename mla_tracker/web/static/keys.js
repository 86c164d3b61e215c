// Single keys, as the help under "?" lists them. They do nothing while one types, and can be switched off.
import {isTyping} from "./text.js";

const WAIT_AFTER_G = 1500;
const root = document.documentElement;

const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")].filter((row) => row.querySelector("a, input"));

const move = (step) => {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row.classList.contains("is-at"));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
  all[here]?.classList.remove("is-at");
  all[next].classList.add("is-at");
  (all[next].querySelector("[data-open]") ?? all[next].querySelector("a, input")).focus();
  all[next].scrollIntoView({block: "nearest"});
};

const present = () => document.querySelector("[data-rows] tbody tr.is-at");

export const startKeys = () => {
  const help = document.getElementById("key-help");
  let afterG = 0;

  const acts = {
    "?": () => help?.showModal(),
    "/": () => {
      const box = [...document.querySelectorAll("[data-key-search]")].find((one) => one.offsetParent);
      box?.focus();
      box?.select();
    },
    j: () => move(1),
    k: () => move(-1),
    x: () => present()?.querySelector("[data-select]")?.click(),
    e: () => (document.querySelector("[data-edit]") ?? present()?.querySelector("[data-open]"))?.click(),
    a: () => (document.querySelector(".selbar.on button[value=assign]") ?? document.querySelector("[data-assign]"))?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (Date.now() - afterG < WAIT_AFTER_G) {
      afterG = 0;
      const place = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (place) {
        event.preventDefault();
        place.click();
      }
      return;
    }
    if (event.key === "g") {
      afterG = Date.now();
    } else if (Object.hasOwn(acts, event.key)) {
      event.preventDefault();
      acts[event.key]();
    }
  });
};
