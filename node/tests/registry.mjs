// A registry of the tarballs in a folder, as npm asks one.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export class Registry {
  #packages = new Map();
  #server = createServer((request, response) => this.#answer(request.url, response));

  constructor(folder) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.tgz'))) {
      const tarball = readFileSync(join(folder, file));
      const files = untar(gunzipSync(tarball));
      const manifest = JSON.parse(files.get('package.json'));
      this.#packages.set(manifest.name, { file, tarball, manifest });
    }
  }

  get names() {
    return [...this.#packages.keys()];
  }

  manifest(name) {
    return this.#packages.get(name).manifest;
  }

  /** The name of a package's tarball. */
  file(name) {
    return this.#packages.get(name).file;
  }

  async listen() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get address() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(url, response) {
    // A name with a scope has two parts.
    const [, ...parts] = decodeURIComponent(url).split('/');
    const name = parts.splice(0, parts[0].startsWith('@') ? 2 : 1).join('/');
    const [tarball] = parts;
    const there = this.#packages.get(name);
    if (there === undefined) {
      response.writeHead(404).end('{}');
    } else if (tarball) {
      response.end(there.tarball);
    } else {
      const integrity = `sha512-${createHash('sha512').update(there.tarball).digest('base64')}`;
      const dist = { tarball: `${this.address}/${name}/tarball.tgz`, integrity };
      const { version } = there.manifest;
      const versions = { [version]: { ...there.manifest, dist } };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
    }
  }
}

/** The files of a tar archive as npm packs it: each below one folder. */
function untar(bytes) {
  const files = new Map();
  const text = (from, length) => bytes.toString('utf8', from, from + length).replace(/\0.*$/s, '');
  for (let at = 0; text(at, 100) !== ''; ) {
    const size = parseInt(text(at + 124, 12), 8);
    const name = text(at, 100).split('/').slice(1).join('/');
    files.set(name, bytes.subarray(at + 512, at + 512 + size));
    at += 512 + 512 * Math.ceil(size / 512);
  }
  return files;
}
