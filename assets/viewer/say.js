// Words and numbers in the language of the reader. WORDS (by the English text) and DECIMAL
// come from the server, before this (`widgets/viewer/component.py`).

const say = (text, values = {}) => (WORDS[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const written = (number) => String(number).replace(".", DECIMAL);
