// Programs that npm packages bring for each platform.

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const INSTALLED = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules');
const suffix = process.platform === 'win32' ? '.exe' : '';

/** Where a development dependency has its program, without its script of installation, which isn't run. */
function program(scope, ...path) {
  const folder = join(INSTALLED, scope);
  const packages = existsSync(folder) ? readdirSync(folder) : [];
  return packages.map((name) => join(folder, name, ...path)).find(existsSync);
}

export const bun = program('@oven', 'bin', `bun${suffix}`);
export const deno = program('@deno', `deno${suffix}`);
/** For Linux, macOS, and Windows on x64. */
export const workerd = program('@cloudflare', 'bin', `workerd${suffix}`);
