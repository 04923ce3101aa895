// The typings as a strict CommonJS program sees them.

import assert = require('node:assert');
import mojoAudio = require('mojo-audio');

const extractor: mojoAudio.MelExtractor = new mojoAudio.MelExtractor('librosa');
const mel: mojoAudio.MelSpectrogram = extractor.computeSync(new Float32Array(22050));
assert(mel.shape[0] === 128 && mel.data.length === 128 * mel.nFrames);
const options: mojoAudio.MelConfig = { layout: 'frame_major' };
mojoAudio.melSpectrogram(new Int16Array(16000), options).then(({ shape }) => {
  assert(shape[1] === 80);
  console.log('cjs');
});
