// The tarballs, installed by npm from a registry into an empty project, and used there: in both module
// systems, from TypeScript, by the page that users read and by the examples.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { bun, deno } from './programs.mjs';
import { Registry } from './registry.mjs';

const TESTS = dirname(fileURLToPath(import.meta.url));
const PACKAGE = join(TESTS, '..');
const CHECKOUT = process.env.MOJO_AUDIO_CHECKOUT ?? join(PACKAGE, '..');
const TARBALLS = process.env.MOJO_AUDIO_TARBALLS;
assert.ok(TARBALLS, '`cargo xtask test node` makes the tarballs and says where they are');

const folder = mkdtempSync(join(tmpdir(), 'mojo-audio-'));
const project = join(folder, 'project');
const registry = new Registry(TARBALLS);
const addons = registry.names.filter((name) => name !== 'mojo-audio');
/** The one for this machine, of which npm looks at the same three fields. */
const libc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
const addon = addons.find((name) => {
  const { os, cpu, libc: libraries } = registry.manifest(name);
  return os.includes(process.platform) && cpu.includes(process.arch) && (libraries?.includes(libc) ?? true);
});

/** Runs a program in the project; gives what it prints. */
async function run(program, parameters, options = {}) {
  const child = spawn(program, parameters, { cwd: project, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (errors += text));
  const [code] = await once(child, 'close');
  assert.equal(code, 0, `${program} ${parameters.join(' ')}:\n${out}${errors}`);
  return out;
}

const npm = (...parameters) =>
  run('npm', [...parameters, '--no-audit', '--no-fund', '--fetch-retries=0',
    `--registry=${registry.address}`, `--cache=${join(folder, 'cache')}`]);

const node = (...parameters) => run(process.execPath, parameters);

function write(name, text) {
  writeFileSync(join(project, name), text);
  return name;
}

before(async () => {
  mkdirSync(project);
  write('package.json', '{"name": "empty", "private": true}');
  await registry.listen();
  await npm('install', 'mojo-audio');
});

after(() => {
  registry.close();
  rmSync(folder, { recursive: true });
});

test("npm installs the package and this platform's addon, and nothing else; npm ci too", async () => {
  const [scope, name] = addon.split('/');
  const installed = () => readdirSync(join(project, 'node_modules')).filter((entry) => !entry.startsWith('.'));
  assert.deepEqual(installed().sort(), [scope, 'mojo-audio'].sort());
  assert.deepEqual(readdirSync(join(project, 'node_modules', scope)), [name]);
  const { optionalDependencies, dependencies } = registry.manifest('mojo-audio');
  const { version } = registry.manifest('mojo-audio');
  assert.deepEqual(optionalDependencies, Object.fromEntries(addons.map((name) => [name, version])));
  assert.equal(dependencies, undefined);
  await npm('ci');
  assert.deepEqual(installed().sort(), [scope, 'mojo-audio'].sort());
});

/** An empty project of its own, with its own cache, whose registry nobody answers for. */
function emptyProject(name, manifest) {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  for (const file of registry.names.map((name) => registry.file(name))) cpSync(join(TARBALLS, file), join(cwd, file));
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'empty', private: true, ...manifest }));
  const check = async () => {
    assert.ok(existsSync(join(cwd, 'node_modules', addon)));
    const program = "console.log(new (require('mojo-audio').MelExtractor)().instructionSet)";
    assert.doesNotMatch(await run(process.execPath, ['-e', program], { cwd }), /Simd128/);
    rmSync(join(cwd, 'node_modules'), { recursive: true });
  };
  return { cwd, check };
}

const NOWHERE = '--registry=http://127.0.0.1:9';

test('npm installs the tarballs without a registry; npm ci too', async () => {
  const { cwd, check } = emptyProject('by-npm', {});
  const npm = (...parameters) =>
    run('npm', [...parameters, NOWHERE, '--fetch-retries=0', `--cache=${join(folder, 'cache-npm')}`], { cwd });
  await npm('install', ...['mojo-audio', addon].map((name) => `./${registry.file(name)}`));
  await check();
  await npm('ci');
  await check();
});

test('yarn 1 installs the tarballs where the addon is named twice', async () => {
  const files = (names) => Object.fromEntries(names.map((name) => [name, `file:${registry.file(name)}`]));
  const { cwd, check } = emptyProject('by-yarn', { dependencies: files(['mojo-audio']), resolutions: files(addons) });
  const yarn = join(PACKAGE, 'node_modules', 'yarn', 'bin', 'yarn.js');
  const install = (...parameters) =>
    run(process.execPath, [yarn, 'install', ...parameters, '--non-interactive', NOWHERE, `--cache-folder=${join(folder, 'cache-yarn')}`], { cwd });
  await install();
  await check();
  await install('--frozen-lockfile');
  await check();
});

test('the packed manifest keeps the order of its conditions', () => {
  const { exports } = registry.manifest('mojo-audio');
  assert.deepEqual(Object.keys(exports['.']), ['deno', 'node', 'browser', 'worker', 'workerd', 'default']);
  assert.deepEqual(Object.keys(exports['.'].node.import), ['types', 'default']);
});

test('publint and attw find nothing', async () => {
  const tarball = join(TARBALLS, registry.file('mojo-audio'));
  const bin = (name) => join(PACKAGE, 'node_modules', '.bin', name);
  await run(bin('publint'), ['run', tarball, '--strict']);
  // Elsewhere than in Node there is only ESM; a module and a script that only run have no types.
  await run(bin('attw'), [tarball, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm',
    '--exclude-entrypoints', 'mojo_audio.wasm', 'mel-processor.js']);
});

test('ESM and CommonJS', async () => {
  const call = 'console.log(melSpectrogramSync(new Float32Array(16000)).shape.join())';
  write('esm.mjs', `import { melSpectrogramSync } from 'mojo-audio';\n${call}`);
  write('cjs.cjs', `const { melSpectrogramSync } = require('mojo-audio');\n${call}`);
  for (const program of ['esm.mjs', 'cjs.cjs']) assert.equal(await node(program), '80,100\n');
});

/** What runs JavaScript, and whether it takes the addon or WebAssembly. */
const RUNTIMES = [
  ['Node', /^(?!Simd128)/, [process.execPath]],
  ['Deno', /^Simd128$/, [deno, 'run', '--allow-read', '--no-remote']],
  ['Bun', /^(?!Simd128)/, [bun, 'run']],
];

for (const [name, set, program] of RUNTIMES) {
  test(`${name} computes the line of speech of the conformance cases, and so does its worker`, async () => {
    const { cases } = JSON.parse(readFileSync(join(CHECKOUT, 'conformance', 'cases.json'), 'utf8'));
    const line = cases.find((testCase) => testCase.name === 'whisper-speech-8000');
    cpSync(join(TESTS, 'runtime.mjs'), join(project, 'runtime.mjs'));
    const files = [line.input, line.expected].map((file) => join(CHECKOUT, 'conformance', file));
    const [file, ...parameters] = [...program, 'runtime.mjs', ...files];
    const printed = JSON.parse(await run(file, parameters));
    assert.match(printed.instructionSet, set);
    assert.deepEqual(printed.shape, [line.n_mels, line.n_frames]);
    assert.ok(printed.largest <= line.bound.atol, `${printed.largest} from the reference`);
    assert.deepEqual(printed.worker, { isSame: true, code: 'ERR_MOJO_AUDIO_SAMPLE', index: 3, closed: 'ERR_MOJO_AUDIO_ENGINE' });
  });
}

test('the module within the code has the same bits in Node, in Deno and in Bun, whose engine is not V8', async () => {
  for (const file of ['bits.mjs', 'cases.mjs']) cpSync(join(TESTS, file), join(project, file));
  const computed = await Promise.all(
    RUNTIMES.map(async ([, , program]) => {
      const [file, ...parameters] = [...program, 'bits.mjs', join(CHECKOUT, 'conformance')];
      return JSON.parse(await run(file, parameters));
    }),
  );
  const [node, ...others] = computed;
  assert.ok(node.length > 500);
  for (const other of others) assert.deepEqual(other, node);
});

test('without transformers.js its drop-in says what is missing', async () => {
  const program = "try { require('mojo-audio/compat'); } catch (error) { console.log(error.message); }";
  assert.match(await node('-e', program), /@huggingface\/transformers/);
});

/** Compiles programs and runs what comes out. */
async function compile(name, programs, options) {
  for (const program of programs) cpSync(join(TESTS, 'types', program), join(project, program));
  const compilerOptions = {
    module: 'nodenext',
    moduleResolution: 'nodenext',
    target: 'es2022',
    strict: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    verbatimModuleSyntax: false,
    typeRoots: [join(PACKAGE, 'node_modules', '@types')],
    types: ['node'],
    rootDir: '.',
    outDir: 'compiled',
    ...options,
  };
  write(name, JSON.stringify({ compilerOptions, files: programs }));
  await node(join(PACKAGE, 'node_modules', 'typescript', 'bin', 'tsc'), '--project', name);
  for (const program of programs) {
    const compiled = join('compiled', program.replace(/ts$/, 'js'));
    assert.equal(await node(compiled), `${program.split('.')[0]}\n`);
  }
}

test('strict TypeScript, ESM and CommonJS', async () => {
  const programs = ['esm.mts', 'cjs.cts'];
  await compile('tsconfig.json', programs, { skipLibCheck: false, exactOptionalPropertyTypes: false });
  // With this option Node's own types have an error.
  await compile('tsconfig.exact.json', programs, { skipLibCheck: true, exactOptionalPropertyTypes: true });
});

test('strict TypeScript for browsers, without the types of Node', async () => {
  const compilerOptions = { module: 'esnext', moduleResolution: 'bundler', target: 'es2022', lib: ['es2022', 'dom'],
    strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true, types: [] };
  cpSync(join(TESTS, 'types', 'browser.mts'), join(project, 'browser.mts'));
  write('tsconfig.browser.json', JSON.stringify({ compilerOptions, files: ['browser.mts'] }));
  await node(join(PACKAGE, 'node_modules', 'typescript', 'bin', 'tsc'), '--project', 'tsconfig.browser.json');
});

test('strict TypeScript and the drop-in for transformers.js', async () => {
  const from = join(PACKAGE, 'node_modules', '@huggingface');
  symlinkSync(from, join(project, 'node_modules', '@huggingface'), 'junction');
  // The other library's own types have errors.
  await compile('tsconfig.compat.json', ['compat.mts'], { skipLibCheck: true, exactOptionalPropertyTypes: true });
});

/** What the module may weigh with brotli, in KB. Whoever raises it says why in its commit. */
const MOST = 100;

test('the page says how much browsers load, and that is not too much', () => {
  const read = (name) => readFileSync(join(project, 'node_modules', 'mojo-audio', name));
  const stated = Number(/loads (\d+) KB of WebAssembly, with brotli/.exec(read('README.md'))[1]);
  const size = brotliCompressSync(read('mojo_audio.wasm')).length / 1000;
  // Another compiler makes another size.
  assert.ok(Math.abs(size - stated) < 0.03 * stated, `README.md says ${stated} KB, the module has ${size}`);
  assert.ok(size <= MOST, `the module has ${size} KB with brotli, more than ${MOST}`);
});

test('the code of the page', async () => {
  const page = readFileSync(join(project, 'node_modules', 'mojo-audio', 'README.md'), 'utf8');
  const blocks = (language) => [...page.matchAll(RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code);
  const [esm, cjs] = [blocks('js'), blocks('cjs')];
  assert.ok(esm.length >= 7 && cjs.length === 1);
  const given = 'const audio = new Float32Array(16000).map((_, at) => Math.sin(at * at * 1e-5));\n';
  const config = { feature_size: 80, sampling_rate: 16000, n_fft: 400, hop_length: 160, n_samples: 480000, nb_max_frames: 3000 };
  const sources = `
    import { Readable } from 'node:stream';
    const microphone = [audio.subarray(0, 5000), audio.subarray(5000)];
    const socket = Readable.from([Buffer.alloc(3201), Buffer.alloc(99)]);
    const config = ${JSON.stringify(config)};
  `;
  cpSync(speech, join(project, 'speech.wav'));
  mkdirSync(join(project, 'model'));
  write('model/preprocessor_config.json', '{"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 128}');
  const results = '\nawait late;\nconsole.log(mel.shape, one.shape, some.length, now.shape, out.length, input_features.dims);';
  const printed = await node(write('page.mjs', given + sources + esm.join('\n') + results));
  const lines = printed.trim().split('\n');
  assert.equal(lines.at(-1), '[ 80, 100 ] [ 128, 100 ] 2 [ 128, 100 ] 12800 [ 1, 80, 3000 ]');
  assert.ok(lines.includes('[ 128, 3000 ]'), printed);
  assert.ok(lines.includes('speech.wav [ 80, 517 ]') && lines.includes('lost.wav lost.wav: No such file or directory'), printed);
  for (const [, expected] of page.matchAll(/^ {2}\/\/ (.*)$/gm)) assert.ok(lines.includes(expected), expected);
  assert.equal(await node(write('page.cjs', `${given}${cjs[0]}console.log(mel.nMels);`)), '40\n');
});

function example(name) {
  cpSync(join(CHECKOUT, 'examples', 'node', name), join(project, name));
  return name;
}

const speech = join(CHECKOUT, 'examples', 'data', 'speech.wav');

test('the example', async () => {
  const wanted = readFileSync(join(CHECKOUT, 'examples', 'speech.txt'), 'utf8');
  assert.equal(await node(example('mel.mjs'), speech), wanted);
});

test('the example reads WAV files of other programs, and refuses what it does not read', async () => {
  const chunk = (name, body) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(body.length);
    return Buffer.concat([Buffer.from(name), size, body, Buffer.alloc(body.length % 2)]);
  };
  const format = (channels, rate) => {
    const body = Buffer.alloc(16);
    body.writeUInt16LE(1, 0);
    body.writeUInt16LE(channels, 2);
    body.writeUInt32LE(rate, 4);
    body.writeUInt32LE(2 * channels * rate, 8);
    body.writeUInt16LE(2 * channels, 12);
    body.writeUInt16LE(16, 14);
    return chunk('fmt ', body);
  };
  const list = chunk('LIST', Buffer.from('INFO of an odd length'));
  const data = chunk('data', readFileSync(speech).subarray(44));
  const mel = example('mel.mjs');
  const run = (...chunks) => {
    writeFileSync(join(project, 'speech.wav'), chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks])));
    return node(mel, 'speech.wav');
  };
  const wanted = readFileSync(join(CHECKOUT, 'examples', 'speech.txt'), 'utf8');
  assert.equal(await run(list, format(1, 16000), list, data, list), wanted);
  await assert.rejects(run(format(2, 16000), data), /is not 16-bit mono PCM at 16000 Hz/);
  await assert.rejects(run(format(1, 8000), data), /is not 16-bit mono PCM at 16000 Hz/);
  await assert.rejects(run(format(1, 16000), data.subarray(0, 1000)), /ends before its data chunk does/);
});

/** The bytes of a server's answer, and whether it answered before it had the last chunk. */
async function post(address, chunks) {
  const post = request(address, { method: 'POST' });
  post.flushHeaders();
  const [response] = await once(post, 'response');
  const received = [];
  response.on('data', (bytes) => received.push(bytes));
  for (const chunk of chunks.slice(0, -1)) post.write(chunk);
  while (received.length === 0) await new Promise(setImmediate);
  post.end(chunks.at(-1));
  await once(response, 'end');
  return Buffer.concat(received);
}

test('the example server and its microphone', async () => {
  const server = spawn(process.execPath, [example('server.mjs'), '0'], { cwd: project });
  try {
    const [line] = await once(server.stdout, 'data');
    const address = /http:\S+/.exec(line)[0];
    const lines = (await node(example('microphone.mjs'), speech, address)).trim().split('\n');
    assert.match(lines.at(-1), /^5\.\d s sent, 517 frames received$/);
    assert.ok(lines.length > 30, 'frames come while audio is sent');

    const samples = readFileSync(speech).subarray(44);
    const chunks = [];
    for (let at = 0; at < samples.length; at += 3333) chunks.push(samples.subarray(at, at + 3333));
    const hung = request(address, { method: 'POST' });
    hung.on('error', () => {});
    hung.write(chunks[0]);
    setTimeout(() => hung.destroy(), 10);
    const answers = await Promise.all([post(address, chunks), post(address, [samples, Buffer.alloc(0)])]);
    write('whole.mjs', `
      import { readFileSync } from 'node:fs';
      import { melSpectrogramSync } from 'mojo-audio';
      const wav = readFileSync(${JSON.stringify(speech)});
      const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length));
      const mel = melSpectrogramSync(samples, { layout: 'frame_major', reference: 'fixed', referenceValue: 1.5 });
      console.log(Buffer.from(mel.data.buffer).toString('base64'));
    `);
    const whole = Buffer.from(await node('whole.mjs'), 'base64');
    for (const answer of answers) assert.ok(answer.equals(whole), 'the bits of the whole');
    assert.equal(server.exitCode, null);
  } finally {
    server.kill();
  }
});
