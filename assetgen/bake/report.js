
"use strict";
(() => {
  const MAPS = ["base color", "normal", "height", "roughness", "metallic", "occlusion", "emissive"];
  const MAP = 128, STEP = 144;

  const byId = (id) => document.getElementById(id);
  const assets = [...document.querySelectorAll(".asset")];
  const filters = [...document.querySelectorAll("[data-show]")];
  const grid = byId("grid"), find = byId("find"), sort = byId("sort"), viewer = byId("viewer"), body = byId("viewer-body");
  const attention = byId("attention");
  let show = "all", current = null;

  const isShown = (asset, words) =>
    (show === "all" || asset.dataset.status === show || (show === "noted" && asset.dataset.notes > 0) ||
      (show === "over" && asset.dataset.over > 0)) &&
    words.every((word) => asset.dataset.words.includes(word));

  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const asset of assets) asset.hidden = !isShown(asset, words);
    for (const button of filters) button.setAttribute("aria-pressed", String(button.dataset.show === show));
    if (attention) attention.hidden = ![...attention.children].some((asset) => !asset.hidden);
    byId("empty").hidden = assets.some((asset) => !asset.hidden);
  };

  const order = () => {
    const key = sort.value, sign = key === "order" ? 1 : -1;
    const cards = [...grid.children];
    cards.sort((a, b) => sign * (a.dataset[key] - b.dataset[key]) || a.dataset.order - b.dataset.order);
    grid.append(...cards);
  };

  const openable = () =>
    [...document.querySelectorAll(".asset")].filter((asset) => !asset.hidden && asset.querySelector("template"));

  /* One picture holds all maps; each is shown as its own part of it, with its name. */
  const cut = (strip) => {
    const count = Math.round((strip.naturalWidth + STEP - MAP) / STEP);
    const parts = MAPS.slice(0, count).map((name, index) => {
      const figure = document.createElement("figure"), part = document.createElement("div");
      const caption = document.createElement("figcaption");
      part.className = "map";
      part.setAttribute("role", "img");
      part.setAttribute("aria-label", name);
      part.style.backgroundImage = `url("${strip.src}")`;
      part.style.backgroundSize = `${(100 * strip.naturalWidth) / MAP}% 100%`;
      part.style.backgroundPosition = `${(100 * index * STEP) / (strip.naturalWidth - MAP)}% 0`;
      caption.textContent = name;
      figure.append(part, caption);
      return figure;
    });
    strip.replaceWith(...parts);
  };

  const fill = (asset) => {
    current = asset;
    body.replaceChildren(asset.querySelector("template").content.cloneNode(true));
    const picture = asset.querySelector(".picture img"), main = body.querySelector("img.main");
    if (picture) main.src = picture.src;
    else main.closest("figure").remove();
    const strip = body.querySelector("img.strip");
    if (strip) strip.decode().then(() => cut(strip), () => strip.remove());
    const all = openable(), at = all.indexOf(asset);
    for (const button of body.querySelectorAll("[data-step]")) button.disabled = !all[at + Number(button.dataset.step)];
    body.querySelector(".body").tabIndex = 0;
    body.querySelector("h2").focus({ preventScroll: true });
    history.replaceState(null, "", `#${asset.id}`);
  };

  const open = (asset) => {
    if (!asset || !asset.querySelector("template")) return;
    if (!viewer.open) viewer.showModal();
    fill(asset);
  };

  const step = (by) => {
    const all = openable();
    const next = all[all.indexOf(current) + by];
    if (next) fill(next);
  };

  document.addEventListener("click", (event) => {
    const opener = event.target.closest(".open");
    if (opener) open(opener.closest(".asset"));
    const button = event.target.closest("[data-step]");
    if (button) step(Number(button.dataset.step));
    if (event.target === viewer || event.target.closest("[data-close]")) viewer.close();
  });
  viewer.addEventListener("close", () => {
    body.replaceChildren();
    history.replaceState(null, "", location.pathname + location.search);
    const opener = current && current.querySelector(".open");
    if (opener) opener.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (viewer.open) {
      if (event.key === "ArrowLeft") step(-1);
      if (event.key === "ArrowRight") step(1);
    } else if (event.key === "/" && event.target !== find) {
      event.preventDefault();
      find.focus();
    } else if (event.key === "Escape" && event.target === find) {
      find.value = "";
      filter();
    }
  });
  for (const button of filters) {
    button.addEventListener("click", () => {
      show = button.dataset.show;
      filter();
    });
  }
  byId("clear").addEventListener("click", () => {
    show = "all";
    find.value = "";
    filter();
  });
  find.addEventListener("input", filter);
  sort.addEventListener("change", order);
  filter();
  open(/^#asset-\d+$/.test(location.hash) ? byId(location.hash.slice(1)) : null);
})();
