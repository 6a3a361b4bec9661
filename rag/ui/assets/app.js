// What the page does by itself: clicks to events, quotes on hover, keys, the source pane.
// Texts of articles and models are only ever moved as nodes or text, never as HTML.
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const paper = () => document.querySelector("#source .paper");
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  // The chat that the page was opened with
  const chat = new URLSearchParams(location.search).get("chat") ?? "";

  // Clicks

  function bind(element, trigger) {
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (!button || !element.contains(button)) return;
      const { do: name, ask, ...data } = button.dataset;
      if (ask && !confirm(ask)) return;
      if (name === "cite") return cite(button, data, trigger);
      if (name === "copy") return copy(button);
      if (name === "list") return toggleList(true);
      if (name === "tab") return openTab(data.tab);
      if (name === "read") {
        expected = true;
        if (paper()?.dataset.owner === "" && paper().dataset.article === data.id) openPane();
      }
      trigger(name, data);
    });
    if (element.closest("#past")) watchChat(element);
  }

  let last = null; // owner and number of the mark that was clicked last: its node may be redrawn
  let expected = false; // an article is on its way to the pane

  function cite(button, data, trigger) {
    last = { owner: data.owner, mark: data.mark };
    expected = true;
    const shown = paper();
    if (shown?.dataset.owner === data.owner && shown.dataset.article === data.article) {
      openPane(); // at once; should it be of another answer, what comes will put it right
      focusSpot(data.mark);
    }
    trigger("cite", data);
  }

  async function copy(button) {
    const turn = button.closest(".turn");
    const lines = [turn.querySelector("h3").textContent, ""];
    for (const claim of turn.querySelectorAll(".claim, .none")) lines.push(spoken(claim));
    for (const entry of turn.querySelectorAll(".quotes > li")) {
      const number = entry.querySelector(".mark").textContent;
      const from = [...entry.querySelectorAll(".from > *")].map((part) => part.textContent);
      lines.push("", `[${number}] ${from.join(", ")}`);
      lines.push(`    ${entry.querySelector("blockquote").textContent}`);
    }
    const done = await clipped(lines.join("\n"));
    const said = button.textContent;
    button.textContent = done ? "Copied" : "Not copied";
    setTimeout(() => (button.textContent = said), 1500);
  }

  // Browsers give a clipboard to pages of this machine and of HTTPS only.
  async function clipped(text) {
    if (navigator.clipboard) {
      return navigator.clipboard.writeText(text).then(() => true, () => false);
    }
    const box = document.createElement("textarea");
    box.value = text;
    box.className = "hidden-label";
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    return done;
  }

  function spoken(claim) {
    const copied = claim.cloneNode(true);
    for (const mark of copied.querySelectorAll(".mark")) mark.textContent = `[${mark.textContent}]`;
    return copied.textContent;
  }

  function openTab(name) {
    // On a narrow page some are in a menu.
    const places = "#tabs [role=tab], #tabs .overflow-dropdown button";
    const tabs = [...document.querySelectorAll(places)];
    const tab = tabs.find((tab) => tab.textContent.trim() === name);
    if (tab?.getAttribute("aria-selected") !== "true") tab?.click();
  }

  // Focuses a field when its tab is laid out.
  function focusField(id) {
    const field = byId(id)?.querySelector("textarea, input");
    if (field?.offsetParent) field.focus();
    else requestAnimationFrame(() => byId(id)?.querySelector("textarea, input")?.focus());
  }

  // The source pane

  function pane(element, watch, trigger) {
    const bar = document.createElement("div");
    bar.className = "pane-bar";
    const title = document.createElement("span");
    title.className = "pane-title";
    bar.append(
      title,
      control("Previous citation", "\u2191", () => step(-1)),
      control("Next citation", "\u2193", () => step(1)),
      control("Close the article", "Close", closePane),
    );
    const column = byId("reading");
    column.prepend(bar);
    column.setAttribute("role", "complementary");
    column.setAttribute("aria-label", "Article");
    element.addEventListener("click", (event) => {
      back(event.target.closest("mark[data-do=back]"));
      const offer = event.target.closest(".offers [data-do]");
      if (!offer) return;
      const { do: name, ...data } = offer.dataset;
      if (narrow()) document.body.classList.remove("reading");
      openTab(name === "ask" ? "Ask" : "Summaries");
      trigger(name, data);
      if (name === "ask") focusField("question");
    });
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      const spot = event.target.closest("mark[data-do=back]");
      if (!spot) return;
      event.preventDefault();
      back(spot);
    });
    watch("value", () => {
      title.textContent = paper()?.querySelector("h2")?.textContent ?? "";
      if (!paper() || !expected) return;
      expected = false;
      openPane();
      if (paper().dataset.focus) focusSpot(paper().dataset.focus);
      else byId("reading").scrollTop = 0;
    });
  }

  function control(label, text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.setAttribute("aria-label", label);
    button.title = label;
    button.addEventListener("click", act);
    return button;
  }

  function openPane() {
    document.body.classList.add("reading");
  }

  function closePane() {
    document.body.classList.remove("reading");
    lastMark()?.focus();
  }

  const narrow = () => matchMedia("(max-width: 900px)").matches;
  const lastMark = () => last && markOf(last.owner, last.mark);

  // The mark in the text of a claim, or of one of the nearest passages.
  function markOf(owner, mark) {
    const place = `.mark[data-owner="${CSS.escape(owner)}"][data-mark="${CSS.escape(mark)}"]`;
    return document.querySelector(`.claim ${place}, .nearest ${place}`);
  }

  function focusSpot(mark) {
    const spots = [...document.querySelectorAll("#source mark")].filter((spot) =>
      spot.dataset.marks.split(" ").includes(mark),
    );
    for (const lit of document.querySelectorAll("#source mark.lit")) lit.classList.remove("lit");
    for (const spot of spots) spot.classList.add("lit");
    for (const lit of document.querySelectorAll(".mark.lit")) lit.classList.remove("lit");
    lastMark()?.classList.add("lit");
    spots[0]?.scrollIntoView({ block: "center" });
    spots[0]?.focus({ preventScroll: true });
  }

  function back(spot) {
    if (!spot) return;
    const { owner, mark } = spot.dataset;
    const found = markOf(owner, mark);
    if (!found) return;
    if (narrow()) document.body.classList.remove("reading");
    last = { owner, mark };
    found.scrollIntoView({ block: "center" });
    found.focus({ preventScroll: true });
    const claim = found.closest(".claim, li");
    claim.classList.add("found");
    setTimeout(() => claim.classList.remove("found"), 1600);
  }

  function step(by) {
    const marks = [...document.querySelectorAll(".claim .mark, .nearest .mark")].filter(
      (mark) => mark.offsetParent && !mark.closest(".live"),
    );
    if (!marks.length) return;
    const at = marks.indexOf(lastMark());
    const next = at < 0 ? (by > 0 ? 0 : marks.length - 1) : (at + by + marks.length) % marks.length;
    marks[next].click();
    marks[next].scrollIntoView({ block: "nearest" });
  }

  // The quote of a mark, when the pointer or the focus is on it

  let card = null;

  function showCard(mark) {
    hideCard();
    const entry = byId(`${mark.dataset.owner}-mark-${mark.dataset.mark}`);
    const quoted = entry?.querySelector(".quoted");
    if (!quoted || entry.contains(mark)) return;
    card = quoted.cloneNode(true);
    card.id = "quote-card";
    card.setAttribute("role", "tooltip");
    document.body.append(card);
    const place = mark.getBoundingClientRect();
    const size = card.getBoundingClientRect();
    const left = Math.min(Math.max(8, place.left - 24), innerWidth - size.width - 8);
    const above = place.top - size.height - 8;
    card.style.left = `${left}px`;
    card.style.top = `${above > 8 ? above : place.bottom + 8}px`;
    mark.setAttribute("aria-describedby", card.id);
  }

  function hideCard() {
    card?.remove();
    card = null;
  }

  for (const name of ["mouseover", "focusin"]) {
    document.addEventListener(name, (event) => {
      const mark = event.target.closest?.(".claim .mark");
      if (mark) showCard(mark);
      else hideCard();
    });
  }
  document.addEventListener("scroll", hideCard, true);

  // The chat

  function watchChat(element) {
    const turns = byId("turns");
    element.setAttribute("role", "log");
    element.setAttribute("aria-live", "polite");
    element.setAttribute("aria-label", "Questions and answers");
    let shown;
    const changed = () => {
      const thread = element.querySelector(".thread");
      if (!thread) return;
      const id = thread.dataset.chat;
      const address = new URL(location.href);
      if (id) address.searchParams.set("chat", id);
      else if (!byId("live").querySelector(".turn")) address.searchParams.delete("chat");
      if (address.href !== location.href) history.replaceState(null, "", address);
      if (id !== shown) document.body.classList.remove("listing");
      shown = id;
    };
    // Who has scrolled up to read stays there; a question just asked is seen.
    let near = true;
    let asking = null;
    turns.addEventListener("scroll", () => {
      near = turns.scrollHeight - turns.scrollTop - turns.clientHeight < 80;
    });
    new MutationObserver(() => {
      const before = shown;
      changed();
      const asked = byId("live").querySelector(".turn h3")?.textContent ?? null;
      const isNew = asked !== null && asking === null;
      if (isNew) ended = false;
      asking = asked;
      if (near || isNew || shown !== before) turns.scrollTop = turns.scrollHeight;
    }).observe(turns, { childList: true, subtree: true, characterData: true });
    changed();
  }

  // Whether an answer that ended wasn't ended by a click: Gradio calls both a failure.
  let ended = false;
  const failed = () => !ended;
  const ending = "#stop, #new-chat, [data-do=open], [data-do=forget]";
  document.addEventListener("click", (event) => (ended ||= !!event.target.closest(ending)), true);

  function download([name, type, text]) {
    if (!name) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#history, [data-do=list]")) toggleList(false);
    for (const menu of document.querySelectorAll(".menu[open]")) {
      if (!menu.contains(event.target) || event.target.closest(".do")) menu.open = false;
    }
  });

  // Keys

  const running = () => byId("stop")?.offsetParent;

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target);
    if ((event.ctrlKey || event.metaKey) && event.key === "k") {
      event.preventDefault();
      openTab("Ask");
      document.body.classList.add("listing");
      focusField("find");
    } else if (event.key === "Escape") {
      const leave = byId("status")?.querySelector("[data-do=leave]");
      if (running()) byId("stop").click();
      else if (leave) leave.click();
      else if (document.body.classList.contains("listing")) toggleList(false);
      else if (document.body.classList.contains("reading")) closePane();
      hideCard();
    } else if (plain && (event.key === "]" || event.key === "n")) step(1);
    else if (plain && (event.key === "[" || event.key === "p")) step(-1);
    else if (plain && event.key === "/") {
      event.preventDefault();
      openTab("Ask");
      focusField("question");
    }
  });

  function toggleList(open) {
    document.body.classList.toggle("listing", open);
  }

  window.citespan = { chat, bind, pane, failed, download, toggleList };
})();
