// Shortens the way. Every page works without this; if anything here fails,
// the browser does what it would have done anyway.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

const announcer = document.createElement("p");
announcer.className = "unseen";
announcer.setAttribute("role", "status");
document.body.append(announcer);
const announce = (text) => {
  announcer.textContent = "";
  requestAnimationFrame(() => { announcer.textContent = text; });
};

const page = async (url, options) => {
  const response = await fetch(url, { credentials: "same-origin", ...options });
  if (!response.ok) throw new Error(String(response.status));
  return new DOMParser().parseFromString(await response.text(), "text/html");
};

const after = (milliseconds, act) => {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), milliseconds);
  };
};

// A refused form: to the first field with something wrong.
($('[aria-invalid="true"]') ?? $("#problems"))?.focus();

// Copying and printing.
for (const button of $$("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText($("#" + button.dataset.copy).textContent.trim());
    button.textContent = "Copied";
    announce("Copied");
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}
for (const button of $$("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// The account menu closes by Escape and by a press elsewhere.
for (const menu of $$("details.menu")) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    $("summary", menu).focus();
  });
}

// Colours change at once; the server remembers them.
for (const form of $$("form.themes")) {
  form.addEventListener("submit", (event) => {
    const chosen = event.submitter;
    if (!chosen) return;
    event.preventDefault();
    const data = new URLSearchParams(new FormData(form, chosen));
    if (chosen.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen.value;
    for (const button of $$("button", form)) button.setAttribute("aria-pressed", String(button === chosen));
    fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => form.submit());
  });
}

// Fee and balance previews while typing: the page is asked for with what they
// depend on, and only the preview is taken from it.
const weighty = /^(price|amount|category_id|kind)$/;
for (const form of $$("form[data-live]")) {
  const shown = () => $("#" + form.dataset.part);
  for (const button of $$("[data-preview]", form)) button.hidden = true;
  let turn = 0;
  const refresh = after(250, async () => {
    const mine = ++turn;
    try {
      const data = [...new FormData(form)].filter(([name]) => weighty.test(name));
      const fresh = await page(form.dataset.live + "?" + new URLSearchParams(data));
      const part = fresh.getElementById(form.dataset.part);
      if (part && mine === turn) shown().replaceChildren(...part.childNodes);
    } catch {
      // The button for it comes back.
      for (const button of $$("[data-preview]", form)) button.hidden = false;
    }
  });
  form.addEventListener("input", (event) => {
    if (weighty.test(event.target.name)) refresh();
  });
}

// An upload tells how far it has come; its answer is a page as ever.
for (const form of $$("form[data-progress]")) form.addEventListener("submit", (event) => {
  const bar = $("progress", form);
  event.preventDefault();
  const way = new XMLHttpRequest();
  way.open("POST", form.action);
  way.upload.onprogress = ({ loaded, total }) => { bar.value = 100 * loaded / total; };
  way.onload = () => {
    if (way.status < 400) location.assign(way.responseURL);
    else document.body.replaceWith(new DOMParser().parseFromString(way.responseText, "text/html").body);
  };
  way.onerror = () => { bar.hidden = true; announce("It broke off. Try again."); };
  bar.hidden = false;
  way.send(new FormData(form));
});

// Filters apply at once where they stand beside the results.
const beside = matchMedia("(width >= 64rem)");
const find = async (url, record) => {
  const fresh = await page(url);
  const focused = document.activeElement?.id || document.activeElement?.name;
  const value = document.activeElement?.value;
  $(".search").replaceWith($(".search", fresh));
  document.title = fresh.title;
  if (record) history.pushState({ found: true }, "", url);
  const again = focused && ($$(`[name="${CSS.escape(focused)}"]`, $(".search")).find((field) => field.value === value) ?? document.getElementById(focused));
  again?.focus();
  announce($(".search-count")?.textContent ?? "");
};
if ($("form[data-auto]")) {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (!form || !beside.matches) return;
    const filled = [...new FormData(form)].filter(([, entry]) => entry !== "");
    const url = form.action + "?" + new URLSearchParams(filled);
    find(url, true).catch(() => location.assign(url));
  });
  addEventListener("popstate", () => find(location.href, false).catch(() => location.reload()));
}

// Into the cart without leaving the page.
for (const form of $$("form[data-cart]")) {
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.value === "ask") return;
    event.preventDefault();
    try {
      const body = new URLSearchParams(new FormData(form));
      // Also when the page is left in the meantime.
      const fresh = await page(form.action, { method: "POST", body, keepalive: true });
      const flash = $(".flash", fresh);
      if (!flash) throw new Error("no answer");
      $(".flash")?.remove();
      $("main").prepend(flash);
      $(".tool-cart").replaceWith($(".tool-cart", fresh));
      announce(flash.textContent);
    } catch {
      form.submit();
    }
  });
}

// Pictures: seen before they are sent, put in order without waiting.
for (const input of $$("[data-pictures]")) {
  input.addEventListener("change", async () => {
    const list = $("[data-chosen]");
    const items = await Promise.all([...input.files].map(async (file) => {
      const item = document.createElement("li");
      const canvas = document.createElement("canvas");
      item.className = "upload";
      canvas.width = canvas.height = 160;
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", file.name);
      item.append(canvas);
      try {
        const picture = await createImageBitmap(file);
        const scale = Math.max(160 / picture.width, 160 / picture.height);
        const [width, height] = [picture.width * scale, picture.height * scale];
        canvas.getContext("2d").drawImage(picture, (160 - width) / 2, (160 - height) / 2, width, height);
      } catch { /* The server says what is wrong with it. */ }
      return item;
    }));
    list.replaceChildren(...items);
    list.hidden = items.length === 0;
  });
}
document.addEventListener("click", (event) => {
  const button = event.target.closest('.upload-buttons button[value]');
  if (!button) return;
  const item = button.closest(".upload");
  const [act] = button.value.split("-");
  event.preventDefault();
  if (act === "earlier") item.previousElementSibling?.before(item);
  else if (act === "later") item.nextElementSibling?.after(item);
  else item.remove();
  button.focus();
  announce(act === "remove" ? "Removed" : "Moved");
});

// The balance follows by itself while somebody looks at the page.
const held = $("[data-balance]");
if (held) {
  let source;
  const follow = after(50, async () => {
    const fresh = await page(location.href).catch(() => page($(".tool-balance").href));
    for (const part of $$("[data-wallet]", fresh)) {
      const old = $(`[data-wallet=${part.dataset.wallet}]`);
      // Nobody loses the place where they are.
      if (!old?.contains(document.activeElement)) old?.replaceWith(part);
    }
    announce("Your balance: " + $("[data-balance]").textContent);
  });
  const listen = () => {
    source?.close();
    if (document.hidden) return;
    const query = encodeURIComponent("subscription{walletChanged(now:true){balance}}");
    source = new EventSource(held.dataset.balance + "?query=" + query);
    source.addEventListener("next", ({ data }) => {
      const now = JSON.parse(data).data?.walletChanged.balance;
      if (now && now !== $("[data-balance] data").value) follow();
    });
    source.addEventListener("complete", () => source.close());
  };
  for (const moment of ["pageshow", "visibilitychange"]) addEventListener(moment, listen);
  addEventListener("pagehide", () => source?.close());
}
