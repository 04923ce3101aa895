// The typings as a strict ESM program sees them.

import assert from 'node:assert';
import {
  MelExtractor,
  MelStream,
  PRESETS,
  createMelTransform,
  createMelTransformStream,
  fromPreprocessorConfig,
  rowStatistics,
  init,
  melSpectrogram,
  melSpectrogramSync,
  version,
} from 'mojo-audio';
import type { MelConfig, MelError, MelSpectrogram, Preset, ResolvedMelConfig, Samples } from 'mojo-audio';

const samples: Samples = new Int16Array(16000);
const preset: Preset = 'kaldi-fbank';
const config: MelConfig = { preset, nMels: 40, topDb: null, window: 'hamming', ditherSeed: 5n, fMax: undefined };
const mel: MelSpectrogram = await melSpectrogram(samples, config, { signal: new AbortController().signal });
const [rows, columns]: [number, number] = mel.shape;
assert(rows === mel.nMels && columns === mel.nFrames && mel.data instanceof Float32Array);
assert(melSpectrogramSync(new Float32Array(16000), 'whisper').nFrames === 100);

const extractor = new MelExtractor(config, { window: new Float64Array(400).fill(1) });
const resolved: ResolvedMelConfig = extractor.config;
const hop: number = resolved.hopLength;
const winLength: number | null = resolved.winLength;
assert(hop === 160 && (winLength === null || winLength === 400));
new MelExtractor(resolved);
const ofModel: ResolvedMelConfig = fromPreprocessorConfig({ feature_extractor_type: 'WhisperFeatureExtractor' });
assert(ofModel.padTo === 480000);
const ofRows: () => { rowMean: Float32Array; rowScale: Float32Array } = () => rowStatistics('am.mvn');
assert(typeof ofRows === 'function');
const mels: MelSpectrogram[] = await extractor.computeBatch([samples, new Float32Array(400)], { threads: 2 });
const n: number = extractor.computeInto(samples, new Float32Array(mels[0]!.data.length));
assert(n === mels[0]?.nFrames);

const live: MelConfig = { reference: 'fixed', referenceValue: 1.5 };
const stream: MelStream = new MelExtractor(live).stream();
const pushed: MelSpectrogram = stream.push(samples);
assert(pushed.nFrames + stream.finish().nFrames === 100);
for await (const { shape } of new MelStream(live).iterate([samples])) assert(shape[0] === 80);
async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(3200);
}
for await (const { nFrames } of new MelStream(live).iterate(bytes(), { format: 's16le' })) assert(nFrames > 0);
createMelTransform(live, { format: 'f32le', highWaterMark: 1 }).destroy();

await init();
createMelTransformStream(live, { format: 's16le' });
const { port1, port2 } = new MessageChannel();
port1.postMessage(mel, [mel.data.buffer]);
port1.close();
port2.close();

try {
  // @ts-expect-error An option has this name in JavaScript only in camel case.
  melSpectrogramSync(samples, { n_mels: 80 });
  assert.fail();
} catch (error) {
  const { code, what }: MelError = error as MelError;
  assert(code === 'ERR_MOJO_AUDIO_UNKNOWN_NAME' && what === 'option');
}
const wrong = (): void => {
  // @ts-expect-error No such window.
  new MelExtractor({ window: 'bartlett' });
  // @ts-expect-error No such preset.
  new MelExtractor('wisper');
  // @ts-expect-error It can't be unset.
  new MelExtractor({ nMels: null });
  // @ts-expect-error Other samples.
  melSpectrogramSync(new Float64Array(9));
  // @ts-expect-error Never changed.
  extractor.config.nMels = 5;
  // @ts-expect-error Bytes of what?
  new MelStream(live).iterate(bytes());
};
assert(typeof wrong === 'function' && PRESETS.includes(preset) && version.length > 0);
console.log('esm');
