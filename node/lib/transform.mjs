// A MelStream as a Transform: chunks of audio in, frames out.

import { Transform } from 'node:stream';
import { decoder } from './decode.mjs';
import { MelStream } from './stream.mjs';

export function createMelTransform(options, { format, highWaterMark, ...settings } = {}) {
  // Bytes are counted as bytes, arrays and spectrograms as one each.
  const isBytes = format !== undefined;
  const stream = new MelStream(options);
  const { decode, end } = decoder(format);
  return new Transform({
    writableHighWaterMark: highWaterMark,
    readableHighWaterMark: isBytes ? undefined : highWaterMark,
    ...settings,
    writableObjectMode: !isBytes,
    readableObjectMode: true,
    transform(chunk, _encoding, done) {
      settle(done, () => stream.push(decode(chunk)));
    },
    flush(done) {
      settle(done, () => {
        end();
        return stream.finish();
      });
    },
  });
}

/** Hands on the frames, if there are any, or the error. */
function settle(done, work) {
  let mel;
  try {
    mel = work();
  } catch (error) {
    done(error);
    return;
  }
  if (mel.nFrames > 0) done(null, mel);
  else done();
}
