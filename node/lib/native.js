// Finds the engine for this machine: a package of its own for each platform, or a build in a checkout.

'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { version } = require('../package.json');
const platforms = require('../platforms.json');

/** A try to load one engine, as words for the error that ends them all. */
function attempt(load, name, failures) {
  try {
    return load();
  } catch (error) {
    const isAbsent = error.code === 'MODULE_NOT_FOUND';
    failures.push({ text: `${name}: ${isAbsent ? 'not installed' : error.message}`, error });
    return undefined;
  }
}

function load({ platform, arch }) {
  const here = `${platform}-${arch}`;
  // Linux has two C libraries. A package manager installs the engine for the right one alone; where it
  // has installed both, the wrong one can't be loaded.
  const candidates = platforms.filter(({ os, cpu }) => os === platform && cpu === arch);
  if (candidates.length === 0) {
    const known = platforms.map(({ name }) => name).join(', ');
    throw failure(
      `mojo-audio has no engine for ${here}. There are: ${known}. ` +
        'Elsewhere, build it from a checkout of the project: `cargo xtask dist node`.',
    );
  }
  const failures = [];
  for (const { name } of candidates) {
    const built = join(__dirname, '..', `mojo-audio.${name}.node`);
    const engine = existsSync(built)
      ? attempt(() => require(built), built, failures)
      : attempt(() => require(`mojo-audio-${name}`), `mojo-audio-${name}`, failures);
    if (engine === undefined) continue;
    if (engine.version() !== version) {
      throw failure(
        `mojo-audio is version ${version}, its engine mojo-audio-${name} is ${engine.version()}. ` +
          `Install both anew: \`npm install mojo-audio@${version}\`.`,
      );
    }
    return engine;
  }
  throw failure(
    `mojo-audio finds no engine for ${here} (${failures.map(({ text }) => text).join('; ')}). ` +
      'It is an optional dependency: package managers leave it out when told to omit those, or when the ' +
      'lock file or node_modules were made on another platform. Remove node_modules and the lock file and ' +
      `install again, or add it by name: \`npm install mojo-audio-${candidates[0].name}@${version}\`.`,
    failures[failures.length - 1].error,
  );
}

function failure(message, cause) {
  const error = new Error(message, cause && { cause });
  error.code = 'ERR_MOJO_AUDIO_ENGINE';
  return error;
}

module.exports = load(process);
