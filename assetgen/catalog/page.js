
"use strict";
const viewer = document.getElementById("viewer");
const body = document.getElementById("body");
const find = document.getElementById("find");
document.querySelectorAll(".card").forEach((card) => {
  card.querySelector(".open").addEventListener("click", () => {
    body.replaceChildren(card.querySelector("template").content.cloneNode(true));
    viewer.showModal();
    viewer.scrollTop = 0;
  });
});
document.getElementById("close").addEventListener("click", () => viewer.close());
viewer.addEventListener("click", (event) => { if (event.target === viewer) viewer.close(); });
find.addEventListener("input", () => {
  const wanted = find.value.trim().toLowerCase().split(/\s+/);
  let count = 0;
  document.querySelectorAll("section").forEach((section) => {
    let shown = 0;
    section.querySelectorAll(".card").forEach((card) => {
      card.hidden = !wanted.every((word) => card.dataset.words.includes(word));
      shown += !card.hidden;
    });
    section.hidden = !shown;
    count += shown;
  });
  document.getElementById("empty").hidden = count > 0;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== find && !viewer.open) { event.preventDefault(); find.focus(); }
});
