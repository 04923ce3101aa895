// The types of the package's ESM form: those of index.d.ts.

export * from './index.js';
