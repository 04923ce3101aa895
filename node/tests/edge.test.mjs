// The package in Cloudflare's workerd, which loads no files and compiles no WebAssembly: a module has to be imported.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { workerd } from './programs.mjs';
import { CASES, CHECKOUT } from './support.mjs';

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..');

const PROGRAM = `
  import wasm from 'mojo-audio/mojo_audio.wasm';
  import { MelExtractor, init, initSync } from 'mojo-audio';
  import { init as initInline } from 'mojo-audio/inline';
  import samples from './samples.f32';
  import expected from './expected.f32';

  const described = ({ code, message }) => ({ code, message });

  export default {
    async test() {
      const refusals = [];
      for (const attempt of [() => init(), () => initInline(), () => initSync(new Uint8Array(8))]) {
        refusals.push(await Promise.resolve().then(attempt).then(() => null, described));
      }
      await init(wasm);
      const extractor = new MelExtractor('whisper');
      const { data, shape } = await extractor.compute(new Float32Array(samples));
      const values = new Float32Array(expected);
      const largest = values.reduce((most, value, at) => Math.max(most, Math.abs(value - data[at])), 0);
      const length = values.length === data.length;
      console.log(JSON.stringify({ refusals, instructionSet: extractor.instructionSet, shape, largest, length }));
    },
  };
`;

const CONFIG = `
  using Workerd = import "/workerd/workerd.capnp";
  const config :Workerd.Config = (services = [(name = "test", worker = (
    compatibilityDate = "2026-01-01",
    modules = [
      (name = "main.js", esModule = embed "main.js"),
      (name = "mojo_audio.wasm", wasm = embed "mojo_audio.wasm"),
      (name = "samples.f32", data = embed "samples.f32"),
      (name = "expected.f32", data = embed "expected.f32"),
    ],
  ))]);
`;

const skip = workerd === undefined && `npm has no workerd for ${process.platform} on ${process.arch}`;

test('workerd computes the line of speech of the conformance cases, and says what to import', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mojo-audio-workerd-'));
  try {
    const line = CASES.find(({ name }) => name === 'whisper-speech-8000');
    const files = { samples: line.input, expected: line.expected };
    for (const [name, file] of Object.entries(files)) {
      writeFileSync(join(folder, `${name}.f32`), readFileSync(join(CHECKOUT, 'conformance', file)));
    }
    // As wrangler bundles: a .wasm file is a module of its own.
    await build({
      stdin: { contents: PROGRAM, resolveDir: PACKAGE },
      outfile: join(folder, 'main.js'),
      bundle: true,
      format: 'esm',
      target: 'es2022',
      conditions: ['workerd', 'worker', 'browser'],
      loader: { '.wasm': 'copy' },
      assetNames: '[name]',
      external: ['*.f32'],
      logLevel: 'warning',
    });
    writeFileSync(join(folder, 'config.capnp'), CONFIG);
    const printed = execFileSync(workerd, ['test', 'config.capnp'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    const { refusals, instructionSet, shape, largest, length } = JSON.parse(printed);
    const wanted = [/^mojo-audio can't tell where its WebAssembly module is: import it/, /^mojo-audio can't compile the /, /^mojo-audio can't compile the /];
    assert.equal(refusals.length, wanted.length);
    refusals.forEach(({ code, message }, at) => {
      assert.equal(code, 'ERR_MOJO_AUDIO_ENGINE');
      assert.match(message, wanted[at]);
      assert.ok(message.endsWith("import it, as in `import wasm from 'mojo-audio/mojo_audio.wasm'`, and call `init(wasm)`"), message);
    });
    assert.equal(instructionSet, 'Simd128');
    assert.deepEqual(shape, [line.n_mels, line.n_frames]);
    assert.ok(length && largest <= line.bound.atol, `${largest} from the reference`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
