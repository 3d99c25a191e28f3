"use strict";
// A call can be listened to: the button plays it, a click into the picture plays from there.
for (const stage of document.querySelectorAll(".playable")) {
  const audio = stage.querySelector("audio"), button = stage.querySelector("button"), clock = stage.querySelector(".clock");
  const scene = stage.querySelector(".scene"), head = stage.querySelector(".head");
  const left = Number(scene.dataset.left), width = Number(scene.dataset.width), seconds = Number(scene.dataset.seconds);
  const show = () => {
    const x = left + (audio.currentTime / seconds) * width;
    head.setAttribute("x1", x);
    head.setAttribute("x2", x);
    clock.textContent = `${audio.currentTime.toFixed(1)} of ${seconds.toFixed(1)} s`;
    if (!audio.paused) requestAnimationFrame(show);
  };
  const play = () => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    audio.play();
  };
  button.addEventListener("click", () => (audio.paused ? play() : audio.pause()));
  scene.addEventListener("click", (event) => {
    const box = scene.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * scene.viewBox.baseVal.width;
    audio.currentTime = Math.min(Math.max(0, ((x - left) / width) * seconds), seconds);
    play();
  });
  audio.addEventListener("play", () => {
    stage.classList.add("playing");
    button.querySelector("span").textContent = "Pause";
    button.querySelector("path").setAttribute("d", "M2 1h3v10H2zM7 1h3v10H7z");
    show();
  });
  audio.addEventListener("pause", () => {
    button.querySelector("span").textContent = "Listen";
    button.querySelector("path").setAttribute("d", "M2 1l9 5-9 5z");
  });
  audio.addEventListener("seeked", show);
}
