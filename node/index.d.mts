// The types of the package's ESM form for Node: those of index.d.ts.

export * from './index.js';
