// The conformance cases as JavaScript, in every runtime and in pages.

export const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

/** A case's options as a user would write them. `defaults` tells which options are texts. */
export function optionsOf({ preset, options }, defaults) {
  const value = (name, text) => {
    if (typeof defaults[name] === 'string') return text;
    const words = { true: true, false: false, none: null };
    if (Object.hasOwn(words, text)) return words[text];
    return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
  };
  const entries = Object.entries(options).map(([name, text]) => [camelCase(name), value(camelCase(name), text)]);
  return { preset, ...Object.fromEntries(entries) };
}

/** The signals of a case, each with what is expected of it. */
export const itemsOf = (testCase) => testCase.clips ?? [testCase];

/** The spectrograms of a case's signals. */
export function spectrograms({ kind }, options, { MelExtractor }, signals) {
  const extractor = new MelExtractor(options);
  return kind === 'batch' ? extractor.computeBatchSync(signals) : [extractor.computeSync(signals[0])];
}

/** What a case is refused with, as JSON. */
export function refusal({ call }, options, { MelExtractor }, samples) {
  try {
    const extractor = new MelExtractor(options);
    if (call === 'stream') extractor.stream();
    if (call === 'compute') extractor.computeSync(samples);
    return null;
  } catch ({ name, code, kind, message, field, value, index, what }) {
    return JSON.stringify({ name, code, kind, message, field, value, index, what });
  }
}
