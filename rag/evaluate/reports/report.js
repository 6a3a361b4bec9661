"use strict";
// Narrows the list of items. The page says everything without it.
(() => {
  const byId = (id) => document.getElementById(id);
  const filters = byId("filters");
  const items = Array.from(document.querySelectorAll(".item"));
  const texts = new Map();

  const text = (item) => {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  };
  const chosen = (name) =>
    new Set(Array.from(filters.querySelectorAll(`input[name=${name}]:checked`), (box) => box.value));

  const apply = () => {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const statuses = chosen("status");
    const kinds = chosen("kind");
    const change = byId("changed") ? byId("changed").value : "";
    let shown = 0;
    for (const item of items) {
      const { status, kind, changed } = item.dataset;
      item.hidden = !(statuses.has(status) && kinds.has(kind)
        && (!change || changed.split(" ").includes(change))
        && words.every((word) => text(item).includes(word)));
      shown += !item.hidden;
    }
    byId("count").textContent = `${shown} of ${items.length} items`;
    byId("none").hidden = shown > 0;
  };

  const foldAll = (open) => {
    for (const item of items) if (!item.hidden) item.open = open;
  };

  // A link to an item, or into one, unfolds it, whatever the filters say.
  const follow = () => {
    const target = location.hash.length > 1 && byId(location.hash.slice(1));
    const item = target && target.closest(".item");
    if (!item) return;
    item.hidden = false;
    item.open = true;
    target.scrollIntoView();
  };

  filters.hidden = false;
  filters.addEventListener("input", apply);
  byId("unfold").addEventListener("click", () => foldAll(true));
  byId("fold").addEventListener("click", () => foldAll(false));
  addEventListener("hashchange", follow);
  apply();
  follow();
})();
