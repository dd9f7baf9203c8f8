/* Which keys stand where, by language. A row for a lying screen has up to twelve keys, for a standing one ten. What is
   rare is under shift. Order as on the keyboards that people know; Urdu by sound. */
"use strict";
(function () {
  var MARKS = "« » ( ) - / \" % + =";
  var LATIN = ["q w e r t y u i o p", "a s d f g h j k l", "{shift} z x c v b n m {bksp}"];
  var MORE = {  // letters of these languages that the plain alphabet lacks
    tr: "ç ğ ı ö ş ü", es: "ñ á é í ó ú ü ¿ ¡", fr: "é è ê ë à â ç î ô œ", ht: "è ò à"
  };
  var SCRIPTS = {
    ar: {
      sample: "أبج", comma: "،",
      wide: ["ض ص ث ق ف غ ع ه خ ح ج", "ش س ي ب ل ا ت ن م ك ط", "{shift} ئ ء ؤ ر ى ة و ز ظ د ذ {bksp}"],
      wide_shift: ["َ ً ُ ٌ ِ ٍ ّ ْ ٰ", "أ إ آ لا لأ لإ لآ ؟ ! : ؛", "{shift} " + MARKS + " {bksp}"],
      tall: ["ض ص ث ق ف غ ع ه خ ح", "ش س ي ب ل ا ت ن م ك", "ئ ء ؤ ر ى ة و ز ظ ط", "{shift} ج د ذ أ إ آ {bksp}"],
      tall_shift: ["َ ً ُ ٌ ِ ٍ ّ ْ ٰ", "لا لأ لإ لآ ؟ ! : ؛", MARKS, "{shift} أ إ آ {bksp}"]
    },
    fa: {
      sample: "ابپ", comma: "،",
      wide: ["ض ص ث ق ف غ ع ه خ ح ج چ", "ش س ی ب ل ا ت ن م ک گ", "{shift} ظ ط ز ر ذ د پ و ژ ئ {bksp}"],
      wide_shift: ["َ ً ُ ٌ ِ ٍ ّ ْ ٰ ٔ", "آ أ ؤ ء ة ي ك ؟ ! : ؛", "{shift} " + MARKS + " {bksp}"],
      tall: ["ض ص ث ق ف غ ع ه خ ح", "ش س ی ب ل ا ت ن م ک", "ظ ط ز ر ذ د پ و ژ ئ", "{shift} ج چ گ آ {bksp}"],
      tall_shift: ["َ ً ُ ٌ ِ ٍ ّ ْ ٰ ٔ", "أ ؤ ء ة ي ك ؟ ! : ؛", MARKS, "{shift} آ {bksp}"]
    },
    ur: {
      sample: "ابپ", comma: "،",
      wide: ["ق و ع ر ت ے ٹ ی ہ پ ط", "ا س د ف گ ح ج ک ل ھ ں", "{shift} ز ش چ خ ب ن م ئ ء ڈ {bksp}"],
      wide_shift: ["ض ص ث ڑ ظ غ ذ ژ ؤ ۂ ۓ", "آ أ َ ِ ُ ّ ٰ ٔ ؟ ! : ؛", "{shift} " + MARKS + " {bksp}"],
      tall: ["ق و ع ر ت ے ٹ ی ہ پ", "ا س د ف گ ح ج ک ل ھ", "ز ش چ خ ب ن م ئ ء ڈ", "{shift} ط ں آ ڑ غ {bksp}"],
      tall_shift: ["ض ص ث ظ ذ ژ ؤ ۂ ۓ أ", "َ ِ ُ ّ ٰ ٔ ؟ ! : ؛", MARKS, "{shift} آ ڑ غ {bksp}"]
    },
    bn: {
      sample: "কখগ", comma: ",",
      wide: ["ক খ গ ঘ ঙ চ ছ জ ঝ ঞ ট ঠ", "ড ঢ ণ ত থ দ ধ ন প ফ ব ভ", "ম য র ল শ ষ স হ য় ড় ৎ", "{shift} া ি ী ু ূ ে ো ্ ং ঁ {bksp}"],
      wide_shift: ["অ আ ই ঈ উ ঊ ঋ এ ঐ ও ঔ", "ঢ় ঃ ৃ ৈ ৌ ক্ষ জ্ঞ ্র ্য ৳", "? ! : ; \" ' ( ) - / %", "{shift} ০ ১ ২ ৩ ৪ ৫ ৬ ৭ ৮ ৯ {bksp}"],
      tall: ["ক খ গ ঘ চ ছ জ ঝ ট ঠ", "ড ঢ ণ ত থ দ ধ ন প ফ", "ব ভ ম য র ল শ ষ স হ", "া ি ী ু ূ ে ো ্ ং ঁ", "{shift} য় ড় ঙ ঞ ৎ {bksp}"],
      tall_shift: ["অ আ ই ঈ উ ঊ ঋ এ ঐ ও", "ঔ ঢ় ঃ ৃ ৈ ৌ ক্ষ জ্ঞ ্র ্য", "? ! : ; \" ' ( ) - /", "০ ১ ২ ৩ ৪ ৫ ৬ ৭ ৮ ৯", "{shift} ৳ % {bksp}"]
    }
  };
  var SIGNS = ["1 2 3 4 5 6 7 8 9 0", "- / : ; ( ) & @ \" '", "{letters} . , ? ! + = % {bksp}"];

  function latin(language) {
    var small = (MORE[language] ? [MORE[language]] : []).concat(LATIN);
    var large = small.map(function (row) {
      return row.split(" ").map(function (key) {
        return key.charAt(0) === "{" ? key : key.toLocaleUpperCase(language);
      }).join(" ");
    });
    return { sample: "abc", comma: ",", wide: small, wide_shift: large, tall: small, tall_shift: large };
  }

  window.corkboard_layouts = {
    pad: { "default": ["1 2 3", "4 5 6", "7 8 9", "{bksp} 0 {close}"] },
    has_script: function (language) { return language in SCRIPTS; },
    sample: function (language) { return (SCRIPTS[language] || latin(language)).sample; },
    /* plain: the Latin letters beside another script; narrow: a standing screen */
    letters: function (language, plain, narrow) {
      var keys = !plain && SCRIPTS[language] || latin(language), shape = narrow ? "tall" : "wide";
      var rest = keys.comma + " {space} . {enter} {close}";
      var last = "{signs} " + (language in SCRIPTS ? "{other} " : "") + rest;
      return {
        "default": keys[shape].concat(last),
        "shift": keys[shape + "_shift"].concat(last),
        "signs": SIGNS.concat(rest)
      };
    }
  };
}());
