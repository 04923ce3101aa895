// Finds the addon for this machine, a package of its own for each platform.

'use strict';

const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/**
 * The addon, or undefined; why each package can't be had goes to `failures`.
 *
 * Bundlers follow a `require` only where it names the package, and let it be missing only within `try`. Linux
 * has two C libraries: a package manager installs the addon for the right one alone; where it has
 * installed both, the wrong one can't be loaded.
 */
function find(here, failures) {
  const fail = (name, error) => failures.push({ name: `@mojo-audio/${name}`, error });
  switch (here) {
    case 'linux-x64':
      try {
        return require('@mojo-audio/linux-x64-gnu');
      } catch (error) {
        fail('linux-x64-gnu', error);
      }
      try {
        return require('@mojo-audio/linux-x64-musl');
      } catch (error) {
        fail('linux-x64-musl', error);
      }
      break;
    case 'linux-arm64':
      try {
        return require('@mojo-audio/linux-arm64-gnu');
      } catch (error) {
        fail('linux-arm64-gnu', error);
      }
      try {
        return require('@mojo-audio/linux-arm64-musl');
      } catch (error) {
        fail('linux-arm64-musl', error);
      }
      break;
    case 'darwin-x64':
      try {
        return require('@mojo-audio/darwin-x64');
      } catch (error) {
        fail('darwin-x64', error);
      }
      break;
    case 'darwin-arm64':
      try {
        return require('@mojo-audio/darwin-arm64');
      } catch (error) {
        fail('darwin-arm64', error);
      }
      break;
    case 'win32-x64':
      try {
        return require('@mojo-audio/win32-x64-msvc');
      } catch (error) {
        fail('win32-x64-msvc', error);
      }
      break;
    case 'win32-arm64':
      try {
        return require('@mojo-audio/win32-arm64-msvc');
      } catch (error) {
        fail('win32-arm64-msvc', error);
      }
      break;
  }
}

/** The addon; undefined where WebAssembly has to do, with a warning if there should be an addon. */
function load(version) {
  const here = `${process.platform}-${process.arch}`;
  const failures = [];
  const addon = find(here, failures);
  if (addon !== undefined) {
    if (addon.version() === version) return addon;
    const error = new Error(
      `mojo-audio is version ${version}, its addon for ${here} is ${addon.version()}. ` +
        `Install both anew: \`npm install mojo-audio@${version}\`.`,
    );
    // The number is that of lib/table.mjs, which CommonJS can't load in every version of Node.
    throw Object.assign(error, { code: 'ERR_MOJO_AUDIO_ENGINE', kind: 'engine', number: 13 });
  }
  if (failures.length > 0) {
    const why = ({ code, message }) => (code === 'MODULE_NOT_FOUND' ? 'not installed' : message);
    const reasons = failures.map(({ name, error }) => `${name}: ${why(error)}`).join('; ');
    process.emitWarning(
      `mojo-audio computes in WebAssembly, without threads, as it finds no addon for ${here} (${reasons}). ` +
        'The addon is an optional dependency: package managers leave it out when told to omit those, or when ' +
        'the lock file or node_modules were made on another platform. Install again without them, or add it: ' +
        `\`npm install ${failures[0].name}@${version}\`.`,
      { code: 'MOJO_AUDIO_NO_ADDON' },
    );
  }
  return undefined;
}

const readWasm = () => readFileSync(join(__dirname, 'mojo_audio.wasm'));

module.exports = { load, readWasm };
