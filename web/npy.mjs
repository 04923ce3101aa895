// NumPy's file format, version 1.0: numpy.lib.format.

/** A float32 array of the given shape, row-major, as a file. */
export function npy(data, shape) {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  // The data starts at a multiple of 64 bytes.
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const prefix = new Uint8Array(10 + length).fill(0x20);
  prefix.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, length & 255, length >> 8]);
  prefix.set(new TextEncoder().encode(header), 10);
  prefix[prefix.length - 1] = 0x0a;
  return new Blob([prefix, data], { type: 'application/octet-stream' });
}
