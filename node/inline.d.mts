// The types of mojo-audio/inline: those of the package for browsers.

export * from './web.mjs';
