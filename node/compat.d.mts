// The types of the ESM form of mojo-audio/compat: those of compat.d.ts.

export * from './compat.js';
