/* Keys on the touchscreen (layouts.js says which): letters in the script of the page, a number pad for digits. Opens
   where somebody may type, closes elsewhere. Sits in the dock, so it covers no field. Keys stay left to right, as on every keyboard. */
"use strict";
(function () {
  var zone = document.getElementById("keys");
  if (!zone || !window.SimpleKeyboard) { return; }
  var NARROW = 1000;  // pixels: a standing screen has ten keys a row
  var layouts = window.corkboard_layouts, language = document.documentElement.lang;
  var board = null, field = null, plain = false;

  function letters() { return layouts.letters(language, plain, window.innerWidth < NARROW); }
  function is_pad(input) { return input.inputMode === "numeric"; }
  function takes_keys(element) {
    return element.matches("textarea, input[type=text], input[type=password], input[type=search], input[inputmode=numeric]");
  }
  function names() {
    var said = zone.dataset;
    return {
      "{bksp}": said.remove, "{enter}": field && field.tagName === "TEXTAREA" ? said.line : said.go,
      "{space}": said.space, "{shift}": said.shift, "{close}": said.close, "{signs}": "123",
      "{letters}": plain ? "abc" : layouts.sample(language), "{other}": plain ? layouts.sample(language) : "abc"
    };
  }
  function options() {
    return {
      layout: is_pad(field) ? layouts.pad : letters(), layoutName: "default", display: names(), mergeDisplay: true,
      maxLength: field.maxLength > 0 ? field.maxLength : undefined
    };
  }
  function show() {
    zone.hidden = false;
    document.body.classList.add("has-keys");
    var wanted = options();
    if (board) {
      board.setOptions(wanted);
    } else {
      wanted.onChange = change;
      wanted.onKeyPress = press;
      wanted.useButtonTag = true;
      wanted.preventMouseDownDefault = true;
      wanted.theme = "hg-theme-none";
      board = new window.SimpleKeyboard["default"](zone.firstElementChild, wanted);
    }
    zone.classList.toggle("is-pad", is_pad(field));
    board.setInput(field.value);
    board.setCaretPosition(field.selectionStart, field.selectionEnd);
    // the dock with the keys stands over the page: a field behind it goes into the middle of what is left
    var dock = zone.parentElement.offsetHeight, box = field.getBoundingClientRect();
    document.documentElement.style.scrollPaddingBottom = dock + "px";
    if (box.top < 0 || box.bottom > innerHeight - dock) { field.scrollIntoView({ block: "center" }); }
  }
  function hide() {
    zone.hidden = true;
    document.body.classList.remove("has-keys");
    document.documentElement.style.scrollPaddingBottom = "";
  }
  function change(value) {
    if (!field) { return; }
    var at = board.getCaretPosition();
    field.value = value;
    if (at !== null) { field.setSelectionRange(at, at); }
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function press(key) {
    if (key === "{close}") { hide(); field.blur(); }
    if (key === "{signs}") { board.setOptions({ layoutName: "signs" }); }
    if (key === "{letters}") { board.setOptions({ layoutName: "default" }); }
    if (key === "{other}") {
      plain = !plain;
      board.setOptions({ layout: letters(), layoutName: "default", display: names() });
    }
    if (key === "{shift}") {
      board.setOptions({ layoutName: board.options.layoutName === "shift" ? "default" : "shift" });
    } else if (board.options.layoutName === "shift" && key.charAt(0) !== "{") {
      board.setOptions({ layoutName: "default" });
    }
    if (key === "{enter}" && field.tagName !== "TEXTAREA") { field.form.requestSubmit(); }
  }

  function meets(element) {
    if (zone.contains(element)) { return; }
    if (takes_keys(element)) {
      field = element;
      plain = false;
      show();
    } else if (element.matches("select, input")) {
      hide();  // not for buttons: the page would move away from under the finger
    }
  }
  document.addEventListener("focusin", function (event) { meets(event.target); });
  // who has keys of their own puts these away, and types on
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || zone.hidden) { return; }
    event.preventDefault();
    field.focus();
    hide();
  });
  document.addEventListener("input", function (event) {
    if (event.isTrusted && board && event.target === field) { board.setInput(field.value); }
  });
  if (document.activeElement) { meets(document.activeElement); }  // a page may open in a field
}());
