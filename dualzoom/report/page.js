
"use strict";
for (const box of document.querySelectorAll(".compare")) {
  const range = box.querySelector("input");
  const show = () => box.style.setProperty("--at", range.value + "%");
  const follow = (event) => {
    const frame = box.getBoundingClientRect();
    range.value = 100 * (event.clientX - frame.left) / frame.width;
    show();
  };
  range.addEventListener("input", show);
  box.addEventListener("pointerdown", (event) => {
    box.setPointerCapture(event.pointerId);
    follow(event);
    range.focus({ preventScroll: true });
    event.preventDefault();
  });
  box.addEventListener("pointermove", (event) => { if (event.buttons) follow(event); });
  show();
}
