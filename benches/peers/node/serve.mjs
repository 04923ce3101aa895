// The side of a measured program in Node: ../../README.md describes the lines that it reads and answers.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The program's arguments: NAME FOLDER THREADS. */
export const [name, folder, threads] = process.argv.slice(2);

const clips = new Map();

function read(clip) {
  if (!clips.has(clip)) {
    clips.set(clip, load(clip));
  }
  return clips.get(clip);
}

function load(clip) {
  const bytes = readFileSync(join(folder, `${clip}.f32`));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/**
 * Answers until the input ends. `compute` takes a Float32Array and is what is timed; it may give a promise.
 * `rows` makes `{ rows, frames, data }` of its result, row-major.
 */
export async function serve(version, compute, rows) {
  console.log(`ready ${version}`);
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, clip, argument] = line.split(' ');
    const samples = read(clip);
    if (command === 'time') {
      const times = [];
      for (let i = 0; i < Number(argument); i++) {
        const start = process.hrtime.bigint();
        await compute(samples);
        times.push(process.hrtime.bigint() - start);
      }
      console.log(times.join(' '));
    } else if (command === 'save') {
      const result = rows(await compute(samples));
      const { buffer, byteOffset, byteLength } = result.data;
      writeFileSync(argument, new Uint8Array(buffer, byteOffset, byteLength));
      console.log(`${result.rows} ${result.frames}`);
    } else {
      throw new Error(`no command: ${line}`);
    }
  }
}
