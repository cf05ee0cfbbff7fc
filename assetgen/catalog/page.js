
"use strict";
const viewer = document.getElementById("viewer");
const body = document.getElementById("body");
const find = document.getElementById("find");
let playing = null;
const stop = () => {
  if (playing === null) return;
  playing.sound.pause();
  playing.button.classList.remove("on");
  playing = null;
};
document.querySelectorAll(".card").forEach((card) => {
  card.querySelector(".open").addEventListener("click", () => {
    body.replaceChildren(card.querySelector("template").content.cloneNode(true));
    viewer.showModal();
    viewer.scrollTop = 0;
    stop();
  });
  const play = card.querySelector(".play");
  if (play !== null) play.addEventListener("click", () => {
    const was = playing !== null && playing.button === play;
    stop();
    if (was) return;
    // The one copy of the sound lies in the template, where it is inert.
    const sound = new Audio(card.querySelector("template").content.querySelector("audio").src);
    sound.addEventListener("ended", stop);
    play.classList.add("on");
    playing = { sound, button: play };
    sound.play().catch(stop);
  });
});
// A sound that is taken out of the page stops.
const shut = () => { viewer.close(); body.replaceChildren(); };
viewer.addEventListener("close", () => body.replaceChildren());
viewer.addEventListener("play", (event) => {
  body.querySelectorAll("audio").forEach((other) => { if (other !== event.target) other.pause(); });
}, true);
document.getElementById("close").addEventListener("click", shut);
viewer.addEventListener("click", (event) => { if (event.target === viewer) shut(); });
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
