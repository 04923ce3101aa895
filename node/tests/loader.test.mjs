// What the loader does where there is no addon.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = require('../package.json');
const PLATFORMS = require('../platforms.json');
const folder = mkdtempSync(join(tmpdir(), 'mojo-audio-'));
after(() => rmSync(folder, { recursive: true }));
for (const part of ['index.js', 'mojo_audio.wasm']) cpSync(join(PACKAGE, part), join(folder, part));

/** What a program says that loads the package, as on some machine, without an addon. */
function load(platform, arch) {
  const program = `
    Object.defineProperty(process, 'platform', { value: '${platform}' });
    Object.defineProperty(process, 'arch', { value: '${arch}' });
    const warnings = [];
    process.on('warning', ({ code, message }) => warnings.push([code, message]));
    let found;
    try {
      const { MelExtractor } = require('./index.js');
      found = new MelExtractor().instructionSet;
    } catch (error) {
      found = [error.code, error.number, error.message];
    }
    setImmediate(() => console.log(JSON.stringify({ found, warnings })));
  `;
  const parameters = ['--no-warnings', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, parameters, { cwd: folder, encoding: 'utf8' });
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

test('WebAssembly computes where an addon is not installed, with a warning that names it', () => {
  for (const { name, os, cpu } of PLATFORMS) {
    const { found, warnings } = load(os, cpu);
    assert.equal(found, 'Simd128');
    const [[code, message]] = warnings;
    assert.equal(code, 'MOJO_AUDIO_NO_ADDON');
    assert.ok(message.includes(`@mojo-audio/${name}: not installed`), message);
  }
  const { warnings } = load('linux', 'x64');
  assert.ok(warnings[0][1].includes(`npm install @mojo-audio/linux-x64-gnu@${version}`));
});

test('WebAssembly computes on a platform without an addon', () => {
  assert.deepEqual(load('aix', 'ppc64'), { found: 'Simd128', warnings: [] });
});

test('an addon of another version is an error; one that does not load a warning', () => {
  const addon = join(folder, 'node_modules', '@mojo-audio', 'darwin-x64');
  mkdirSync(addon, { recursive: true });
  writeFileSync(join(addon, 'package.json'), '{"main": "addon.js"}');
  writeFileSync(join(addon, 'addon.js'), 'exports.version = () => "0.0.9";');
  const [code, number, message] = load('darwin', 'x64').found;
  assert.deepEqual([code, number], ['ERR_MOJO_AUDIO_ENGINE', 13]);
  assert.match(message, /its addon for darwin-x64 is 0\.0\.9\. Install both anew/);
  writeFileSync(join(addon, 'addon.js'), 'throw new Error("image not found");');
  const { found, warnings } = load('darwin', 'x64');
  assert.equal(found, 'Simd128');
  assert.match(warnings[0][1], /@mojo-audio\/darwin-x64: image not found/);
});
