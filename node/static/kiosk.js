/* The touchscreen forgets by itself: after a quiet minute it asks, counts down, then wipes. It never sends a form.
   Without this script the page goes back to the first screen by refresh. */
"use strict";
(function () {
  var body = document.body, data = body.dataset;
  var QUIET = Number(data.idle || 0), COUNT = 30, KEEP = 60;
  var veil = document.getElementById("veil");
  var count = document.getElementById("veil-count");
  var still = document.getElementById("veil-still");
  var last = performance.now(), kept = last, before = null, over = false;

  // a page that comes back from the browser's own memory is asked for again
  addEventListener("pageshow", function (event) { if (event.persisted) { location.reload(); } });

  // goes on only when the node answers: a wall screen must not end on the browser's error page
  function when_there(then) {
    fetch("/health", { cache: "no-store" }).then(function (answer) {
      if (!answer.ok) { throw new Error("not yet"); }
      then();
    }).catch(function () { setTimeout(when_there, 2000, then); });
  }

  if (data.renew) {
    setTimeout(function () { when_there(function () { location.reload(); }); }, Number(data.renew) * 1000);
  }
  if (!QUIET || !veil) { return; }

  function active() {
    if (over || !veil.hidden) { return; }
    last = performance.now();
    if (last - kept > KEEP * 1000) { keep(); }
  }
  function keep() {
    kept = performance.now();
    fetch(data.still, { cache: "no-store" }).catch(function () {});
  }
  function ask() {
    before = document.activeElement;
    veil.hidden = false;
    Array.prototype.forEach.call(body.children, function (part) { if (part !== veil) { part.inert = true; } });
    still.focus();
  }
  function stay() {
    veil.hidden = true;
    Array.prototype.forEach.call(body.children, function (part) { part.inert = false; });
    last = performance.now();
    keep();
    if (before) { before.focus(); }
  }
  function wipe() {
    over = true;
    document.querySelectorAll("input, textarea").forEach(function (field) { field.value = ""; });
    body.replaceChildren();
    when_there(function () { location.replace(data.wipe); });
  }
  function tick() {
    if (over) { return; }
    var quiet = (performance.now() - last) / 1000;
    if (quiet < QUIET) { return; }
    if (veil.hidden) { ask(); }
    count.textContent = String(Math.max(0, Math.ceil(QUIET + COUNT - quiet)));
    if (quiet >= QUIET + COUNT) { wipe(); }
  }

  ["pointerdown", "pointermove", "keydown", "input", "scroll", "touchstart"].forEach(function (name) {
    addEventListener(name, active, { capture: true, passive: true });
  });
  still.addEventListener("click", stay);
  addEventListener("keydown", function (event) { if (event.key === "Escape" && !over && !veil.hidden) { stay(); } });
  setInterval(tick, 500);
}());
