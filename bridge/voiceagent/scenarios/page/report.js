"use strict";
// A call can be listened to: the button plays it, a click into the picture or on a line of the talk plays from there.
for (const box of document.querySelectorAll(".stagebox")) {
  const atEnd = () => box.classList.toggle("end", box.scrollLeft + box.clientWidth >= box.scrollWidth - 4);
  box.addEventListener("scroll", atEnd, { passive: true });
  addEventListener("resize", atEnd);
  atEnd();
}
for (const stage of document.querySelectorAll(".playable")) {
  const box = stage.querySelector(".stagebox"), lines = [...stage.parentElement.querySelectorAll(".talk li")];
  const audio = stage.querySelector("audio"), button = stage.querySelector("button"), clock = stage.querySelector(".clock");
  const scene = stage.querySelector(".scene"), head = stage.querySelector(".head");
  const left = Number(scene.dataset.left), width = Number(scene.dataset.width), seconds = Number(scene.dataset.seconds);
  const follow = (x) => {
    const at = (x / scene.viewBox.baseVal.width) * scene.clientWidth;
    if (at < box.scrollLeft || at > box.scrollLeft + box.clientWidth - 60) box.scrollLeft = at - 60;
  };
  const show = () => {
    const x = left + (audio.currentTime / seconds) * width;
    head.setAttribute("x1", x);
    head.setAttribute("x2", x);
    follow(x);
    const now = lines.findLast((line) => Number(line.dataset.at) <= audio.currentTime);
    for (const line of lines) line.classList.toggle("now", line === now);
    clock.textContent = `${audio.currentTime.toFixed(1)} of ${seconds.toFixed(1)} s`;
    if (!audio.paused) requestAnimationFrame(show);
  };
  const play = () => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    audio.play();
  };
  const playFrom = (at) => {
    audio.currentTime = Math.min(Math.max(0, at), seconds);
    play();
  };
  button.addEventListener("click", () => (audio.paused ? play() : audio.pause()));
  scene.addEventListener("click", (event) => {
    const box = scene.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * scene.viewBox.baseVal.width;
    playFrom(((x - left) / width) * seconds);
  });
  for (const line of lines) line.addEventListener("click", () => playFrom(Number(line.dataset.at)));
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
