// What bundlers for Node make of programs that use the package: the addon is found, or goes along.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bun } from './programs.mjs';

const require = createRequire(import.meta.url);
const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'mojo-audio-'));
const installed = join(folder, 'node_modules');
const program = join(folder, 'main.cjs');

before(() => {
  const { files } = require('../package.json');
  mkdirSync(join(installed, 'mojo-audio'), { recursive: true });
  for (const file of [...files, 'package.json']) {
    cpSync(join(PACKAGE, file), join(installed, 'mojo-audio', file), { recursive: true });
  }
  cpSync(join(PACKAGE, 'node_modules', '@mojo-audio'), join(installed, '@mojo-audio'), { recursive: true });
  writeFileSync(program, "const { MelExtractor } = require('mojo-audio');\nconsole.log(new MelExtractor().instructionSet);");
});

after(() => rmSync(folder, { recursive: true }));

/** What a program prints where nothing is installed. */
function printed(file) {
  const text = execFileSync(process.execPath, [file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return text.trim();
}

const native = () => printed(program);

/** Runs with what is installed out of the way. */
function alone(name, run) {
  const to = join(folder, 'alone', name);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(folder, name), to, { recursive: true });
  const elsewhere = mkdtempSync(join(tmpdir(), 'mojo-audio-alone-'));
  try {
    cpSync(to, elsewhere, { recursive: true });
    assert.equal(run(elsewhere), native());
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
}

test('the program itself uses the addon', () => assert.notEqual(native(), 'Simd128'));

test('esbuild copies the addon', async () => {
  const { build } = await import('esbuild');
  const { warnings } = await build({
    entryPoints: [program],
    outdir: join(folder, 'esbuild'),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    loader: { '.node': 'copy' },
    logLevel: 'silent',
  });
  assert.deepEqual(warnings.map(({ text }) => text).filter((text) => !text.includes('@mojo-audio/')), []);
  alone('esbuild', (at) => printed(join(at, 'main.cjs')));
});

test('webpack, where the addon is external', async () => {
  const { default: webpack } = await import('webpack');
  const output = { path: join(folder, 'webpack'), filename: 'main.cjs' };
  const externals = [/^@mojo-audio\//].map((pattern) => ({ request }, done) =>
    pattern.test(request) ? done(null, `commonjs ${request}`) : done(),
  );
  const compiler = webpack({ entry: program, target: 'node', mode: 'production', output, externals });
  const stats = await new Promise((resolve, reject) =>
    compiler.run((error, result) => (error ? reject(error) : resolve(result))),
  );
  assert.ok(!stats.hasErrors(), stats.toString());
  assert.equal(printed(join(folder, 'webpack', 'main.cjs')), native());
});

test('ncc takes the addon along', () => {
  const ncc = join(PACKAGE, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');
  execFileSync(process.execPath, [ncc, 'build', program, '--out', join(folder, 'ncc'), '--quiet'], { cwd: folder });
  alone('ncc', (at) => printed(join(at, 'index.cjs')));
});

test('nft, by which Vercel and Next.js find files, finds the addon and the WebAssembly module', async () => {
  const { nodeFileTrace } = await import('@vercel/nft');
  const { fileList } = await nodeFileTrace([program], { base: folder });
  const files = [...fileList];
  assert.ok(files.some((file) => /@mojo-audio\/[^/]+\/mojo-audio\.[^/]+\.node$/.test(file)), files.join());
  assert.ok(files.includes('node_modules/mojo-audio/mojo_audio.wasm'));
});

test('bun build --compile puts the addon into the program', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'mojo-audio-alone-'));
  try {
    const compiled = join(elsewhere, 'main');
    execFileSync(bun, ['build', '--compile', program, '--outfile', compiled], { cwd: folder, stdio: 'pipe' });
    assert.equal(execFileSync(compiled, { cwd: elsewhere, encoding: 'utf8' }).trim(), native());
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test("Vite leaves the package out of a server's code, or with ssr.noExternal only its addon", async () => {
  const { build } = await import('vite');
  const entry = join(folder, 'server.mjs');
  writeFileSync(entry, "import { MelExtractor } from 'mojo-audio';\nconsole.log(new MelExtractor().instructionSet);");
  const external = [/^@mojo-audio\//];
  const settings = { outside: {}, inside: { ssr: { noExternal: true }, rollupOptions: { external } } };
  for (const [name, { ssr, rollupOptions }] of Object.entries(settings)) {
    const outDir = join(folder, 'vite', name);
    await build({ root: folder, configFile: false, logLevel: 'error', ssr, build: { ssr: entry, outDir, rollupOptions } });
    const [file] = readdirSync(outDir);
    const imports = /from ["']mojo-audio["']/.test(readFileSync(join(outDir, file), 'utf8'));
    assert.equal(imports, name === 'outside');
    assert.equal(printed(join(outDir, file)), native());
  }
});
