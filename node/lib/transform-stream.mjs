// A MelStream as a TransformStream: chunks of audio in, frames out.

import { decoder } from './decode.mjs';
import { MelStream } from './stream.mjs';

export function createMelTransformStream(options, { format, writableStrategy, readableStrategy } = {}) {
  const stream = new MelStream(options);
  const { decode, end } = decoder(format);
  const enqueue = (controller, mel) => {
    if (mel.nFrames > 0) controller.enqueue(mel);
  };
  return new TransformStream(
    {
      transform(chunk, controller) {
        enqueue(controller, stream.push(decode(chunk)));
      },
      flush(controller) {
        end();
        enqueue(controller, stream.finish());
      },
    },
    writableStrategy,
    readableStrategy,
  );
}
