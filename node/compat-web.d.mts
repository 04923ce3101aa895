// The types of mojo-audio/compat elsewhere than in Node: the same.

export * from './compat.js';
