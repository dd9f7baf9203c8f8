/* Keys on the touchscreen: letters in the script of the page, a number pad for digits. Opens where somebody may type,
   closes elsewhere. Sits in the dock, so it covers no field. Keys stay left to right, as on every keyboard. */
"use strict";
(function () {
  var zone = document.getElementById("keys");
  if (!zone || !window.SimpleKeyboard) { return; }
  var NARROW = 1000;  // pixels: a standing screen has ten keys a row
  var LATIN = {
    "default": ["q w e r t y u i o p", "a s d f g h j k l", "{shift} z x c v b n m {bksp}"],
    "shift": ["Q W E R T Y U I O P", "A S D F G H J K L", "{shift} Z X C V B N M {bksp}"]
  };
  var ARABIC_WIDE = {
    "default": ["ض ص ث ق ف غ ع ه خ ح ج", "ش س ي ب ل ا ت ن م ك ط", "{shift} ئ ء ؤ ر ى ة و ز ظ د ذ {bksp}"],
    "shift": ["َ ً ُ ٌ ِ ٍ ّ ْ ٔ ٓ ٰ", "أ إ آ لا لأ لإ لآ ؟ ! : ؛", "{shift} « » ( ) - / \" % + = {bksp}"]
  };
  var ARABIC_TALL = {
    "default": ["ض ص ث ق ف غ ع ه خ ح", "ش س ي ب ل ا ت ن م ك", "ئ ء ؤ ر ى ة و ز ظ ط", "{shift} ج د ذ أ إ آ {bksp}"],
    "shift": ["َ ً ُ ٌ ِ ٍ ّ ْ", "لا لأ لإ لآ ؟ ! : ؛", "« » ( ) - / \" %", "{shift} + = {bksp}"]
  };
  var SIGNS = ["1 2 3 4 5 6 7 8 9 0", "- / : ; ( ) & @ \" '", "{letters} . , ? ! + = % {bksp}"];
  var PAD = { "default": ["1 2 3", "4 5 6", "7 8 9", "{bksp} 0 {close}"] };
  var script = { ar: "arabic" }[document.documentElement.lang] || "latin";
  var board = null, field = null, now = script;

  function letters(which) {
    var narrow = window.innerWidth < NARROW;
    var keys = which === "arabic" ? (narrow ? ARABIC_TALL : ARABIC_WIDE) : LATIN;
    var mark = which === "arabic" ? "،" : ",";
    var other = script === "latin" ? "" : "{other} ";
    var last = "{signs} " + other + mark + " {space} . {enter} {close}";
    return {
      "default": keys["default"].concat(last),
      "shift": keys.shift.concat(last),
      "signs": SIGNS.concat(last.replace("{signs} ", "").replace("{other} ", ""))
    };
  }
  function is_pad(input) { return input.inputMode === "numeric"; }
  function takes_keys(element) {
    return element.matches("textarea, input[type=text], input[type=search], input[inputmode=numeric]");
  }
  function names() {
    var said = zone.dataset;
    return {
      "{bksp}": said.remove, "{enter}": field && field.tagName === "TEXTAREA" ? said.line : said.go,
      "{space}": said.space, "{shift}": said.shift, "{close}": said.close, "{signs}": "123",
      "{letters}": now === "arabic" ? "أبج" : "abc", "{other}": now === "arabic" ? "abc" : "أبج"
    };
  }
  function options() {
    return {
      layout: is_pad(field) ? PAD : letters(now), layoutName: "default", display: names(), mergeDisplay: true,
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
    field.scrollIntoView({ block: "center" });
  }
  function hide() {
    zone.hidden = true;
    document.body.classList.remove("has-keys");
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
      now = now === "latin" ? script : "latin";
      board.setOptions({ layout: letters(now), layoutName: "default", display: names() });
    }
    if (key === "{shift}") {
      board.setOptions({ layoutName: board.options.layoutName === "shift" ? "default" : "shift" });
    } else if (board.options.layoutName === "shift" && key.charAt(0) !== "{") {
      board.setOptions({ layoutName: "default" });
    }
    if (key === "{enter}" && field.tagName !== "TEXTAREA") { field.form.requestSubmit(); }
  }

  document.addEventListener("focusin", function (event) {
    if (zone.contains(event.target)) { return; }
    if (takes_keys(event.target)) {
      field = event.target;
      now = script;
      show();
    } else if (event.target.matches("select, input")) {
      hide();  // not for buttons: the page would move away from under the finger
    }
  });
  document.addEventListener("input", function (event) {
    if (event.isTrusted && board && event.target === field) { board.setInput(field.value); }
  });
}());
