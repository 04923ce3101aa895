// Options between JavaScript's objects and the engine's text, which is name, value, name, value with a NUL
// between each. The engine checks values and unknown names; types are checked here. Fractional numbers go in
// as their bits.

import { typeError } from './arguments.mjs';
import { theEngine } from './engine.mjs';
import { OPTIONS } from './table.mjs';

const SEPARATOR = '\0';

/** The types of JavaScript that an option's value may have, by the type of the option. */
const TYPES = { integer: ['number', 'bigint'], number: ['number'], boolean: ['boolean'], choice: ['string'] };

/** The engine's text of options, or of a preset's name. */
export function textOf(options) {
  if (options === undefined) return '';
  if (typeof options === 'string') return words(['preset', options]);
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (!isObject || ArrayBuffer.isView(options)) {
    throw typeError('options', options, "an object of options or a preset's name");
  }
  const { preset } = options;
  const text = [];
  if (preset !== undefined) text.push('preset', typeof preset === 'string' ? preset : refuse('preset', preset));
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'preset' && value !== undefined) text.push(name, valueText(name, value));
  }
  return words(text);
}

// A NUL within a word would end it.
const words = (list) => list.map((word) => word.replaceAll(SEPARATOR, '\ufffd')).join(SEPARATOR);

function valueText(name, value) {
  // The engine refuses what it does not know, and names what there is.
  if (!Object.hasOwn(OPTIONS, name)) return '';
  const { type, isOptional } = OPTIONS[name];
  if (value === null && isOptional) return 'none';
  if (!TYPES[type].includes(typeof value)) refuse(name, value);
  return type === 'number' ? bitsOf(value) : String(value);
}

function bitsOf(value) {
  const view = new DataView(new ArrayBuffer(8));
  // Zeros of both signs are 0.
  view.setFloat64(0, value + 0);
  return view.getBigUint64(0).toString(16);
}

function refuse(name, value) {
  let shown = `a value of type ${typeof value}`;
  if (typeof value === 'string') shown = JSON.stringify(value);
  else if (typeof value === 'bigint') shown = `${value}n`;
  else if (value === null || ['boolean', 'number'].includes(typeof value)) shown = String(value);
  theEngine().refuseType(name, shown);
}

/** Every option and its value, from the engine's text. */
export function objectOf(text) {
  const config = {};
  const parts = text.split(SEPARATOR);
  for (let at = 0; at < parts.length; at += 2) config[parts[at]] = valueOf(parts[at], parts[at + 1]);
  return Object.freeze(config);
}

function valueOf(name, text) {
  const { type, isOptional } = OPTIONS[name];
  if (isOptional && text === 'none') return null;
  if (type === 'boolean') return text === 'true';
  if (type === 'choice') return text;
  const value = Number(text);
  return type === 'number' || Number.isSafeInteger(value) ? value : BigInt(text);
}
