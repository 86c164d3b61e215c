// Comparing what was typed with what is shown: case, accents and marks do not matter.
export const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

// Every word that was typed is found somewhere in the text.
export const matches = (text, typed) => {
  const hay = folded(text);
  return folded(typed).split(/\s+/).every((word) => hay.includes(word));
};

export const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

// Whether the person is writing somewhere, so that keys belong to the text.
export const isTyping = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName) ||
    (target.tagName === "INPUT" && !["checkbox", "radio", "button", "submit", "reset"].includes(target.type)));
