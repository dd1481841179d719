
// Suggestions while typing: a combobox over the search field.
for (const form of $$("form[data-suggest]")) {
  const input = $('input[name="q"]', form);
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = input.id + "-suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  form.append(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })) input.setAttribute(name, value);
  let at = -1;
  let turn = 0;

  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (next) => {
    const options = [...list.children];
    at = (next + options.length) % options.length;
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    input.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  };
  const choose = (option) => {
    input.value = option.textContent;
    close();
    form.requestSubmit();
  };
  const suggest = after(120, async () => {
    const words = input.value.trim();
    const mine = ++turn;
    if (words.length < 2) return close();
    try {
      const response = await fetch(form.dataset.suggest, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query: "query($prefix: String!) { suggest(prefix: $prefix, first: 7) }", variables: { prefix: words } }),
      });
      const titles = (await response.json()).data?.suggest ?? [];
      if (mine !== turn || document.activeElement !== input) return;
      list.replaceChildren(...titles.map((title, index) => {
        const option = document.createElement("li");
        option.className = "suggestion";
        option.id = list.id + "-" + index;
        option.setAttribute("role", "option");
        option.textContent = title;
        return option;
      }));
      at = -1;
      list.hidden = titles.length === 0;
      input.setAttribute("aria-expanded", String(titles.length > 0));
    } catch { close(); }
  });

  input.addEventListener("input", suggest);
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at < 0 ? -1 : at - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) choose(list.children[at]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest(".suggestion");
    if (!option) return;
    event.preventDefault();
    choose(option);
  });
}
