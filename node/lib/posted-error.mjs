// Errors between threads: a message would keep neither their kind nor their properties.

/** What to post of an error. */
export function partsOf(error) {
  const isTypeError = error instanceof TypeError;
  const isRangeError = error instanceof RangeError;
  return { isTypeError, isRangeError, message: error.message, fields: { ...error } };
}

/** The error of its parts. */
export function errorOf({ isTypeError, isRangeError, message, fields }) {
  const Kind = isTypeError ? TypeError : isRangeError ? RangeError : Error;
  return Object.assign(new Kind(message), fields);
}
