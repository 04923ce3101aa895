// The page: a file or the microphone in, a mel spectrogram out.

import { MelExtractor, PRESETS, init } from 'mojo-audio/inline';
import { compare } from './compare.mjs';
import { Live } from './live.mjs';
import { npy } from './npy.mjs';
import { draw } from './picture.mjs';
import { timed } from './timed.mjs';

const byId = (id) => document.getElementById(id);
const [picture, status, comparison] = ['picture', 'status', 'comparison'].map(byId);

const WINDOWS = ['hann', 'hamming', 'povey', 'blackman', 'rectangular'];

/** What is shown: the audio and its spectrogram. */
let shown;
/** What the microphone shows, while it does. */
let live;

function say(text, isFault = false) {
  status.textContent = text;
  status.classList.toggle('fault', isFault);
}

const fail = (error) => say(error.message ?? String(error), true);

/** The options that differ from the preset's. */
function options() {
  const preset = byId('preset').value;
  const standard = new MelExtractor(preset).config;
  const chosen = { preset };
  for (const name of ['nMels', 'hopLength']) {
    const { value, valueAsNumber } = byId(name);
    if (value !== '' && valueAsNumber !== standard[name]) chosen[name] = valueAsNumber;
  }
  const { value } = byId('window');
  if (value !== standard.window) chosen.window = value;
  return chosen;
}

/** Puts a preset's values into the form. */
function showPreset() {
  const { nMels, hopLength, window } = new MelExtractor(byId('preset').value).config;
  Object.assign(byId('nMels'), { value: nMels });
  Object.assign(byId('hopLength'), { value: hopLength });
  Object.assign(byId('window'), { value: window });
}

function showCode() {
  const { preset, ...others } = options();
  const parts = Object.entries(others).map(([name, value]) => `, ${name}: ${typeof value === 'string' ? `'${value}'` : value}`);
  byId('code').textContent = `// npm install mojo-audio
import { MelExtractor, init } from 'mojo-audio';

await init();
const extractor = new MelExtractor({ preset: '${preset}'${parts.join('')} });
const { sampleRate } = extractor.config;
const bytes = await (await fetch('speech.wav')).arrayBuffer();
const audio = await new OfflineAudioContext(1, 1, sampleRate).decodeAudioData(bytes);
const mel = extractor.computeSync(audio.getChannelData(0)); // { data, nMels, nFrames, shape }
`;
}

/** A file as one channel at a rate. */
async function decode(bytes, sampleRate) {
  // Decoding takes the memory away from the buffer.
  const audio = await new OfflineAudioContext(1, 1, sampleRate).decodeAudioData(bytes.slice(0));
  const samples = audio.getChannelData(0).slice();
  for (let channel = 1; channel < audio.numberOfChannels; channel += 1) {
    audio.getChannelData(channel).forEach((value, at) => (samples[at] += value));
  }
  return audio.numberOfChannels === 1 ? samples : samples.map((value) => value / audio.numberOfChannels);
}

/** The values of a result one frame after the other. */
function frameMajor({ data, nMels, nFrames }, { layout }) {
  if (layout === 'frame_major') return data;
  const frames = new Float32Array(data.length);
  for (let row = 0; row < nMels; row += 1) {
    for (let frame = 0; frame < nFrames; frame += 1) frames[frame * nMels + row] = data[row * nFrames + frame];
  }
  return frames;
}

/** Computes and shows a file's spectrogram, by the options as they are now. */
async function compute(file) {
  const extractor = new MelExtractor(options());
  const { config } = extractor;
  const samples = await decode(file.bytes, config.sampleRate);
  const [took, mel] = await timed(() => extractor.computeSync(samples), 20);
  shown = { file, samples, config, mel, frames: frameMajor(mel, config), took };
  redraw();
  const seconds = samples.length / config.sampleRate;
  say(`${file.name}: ${seconds.toFixed(2)} s in ${took.toFixed(1)} ms, ${Math.round((1000 * seconds) / took).toLocaleString('en')} times real time; ${mel.nMels} × ${mel.nFrames} values`);
  picture.setAttribute('aria-label', `Mel spectrogram of ${file.name}: ${mel.nMels} bands, ${seconds.toFixed(2)} seconds`);
  comparison.textContent = '';
  for (const id of ['compare', 'npy', 'png']) byId(id).disabled = false;
}

function redraw() {
  if (live !== undefined) live.draw();
  else if (shown !== undefined) {
    const { mel, frames, config } = shown;
    draw(picture, { data: frames, nMels: mel.nMels, nFrames: mel.nFrames }, config);
  }
}

async function open(file) {
  if (file === undefined || file === null) return;
  try {
    await stop();
    const bytes = await file.arrayBuffer();
    await compute({ name: file.name, bytes });
  } catch (error) {
    fail(error.name === 'EncodingError' ? new Error(`${file.name}: the browser can't decode it`) : error);
  }
}

async function record() {
  try {
    shown = undefined;
    for (const id of ['compare', 'npy', 'png']) byId(id).disabled = true;
    live = new Live(picture, say);
    byId('record').setAttribute('aria-pressed', 'true');
    byId('record').textContent = 'Stop the microphone';
    await live.start(options());
  } catch (error) {
    await stop();
    fail(error);
  }
}

async function stop() {
  const ended = live;
  live = undefined;
  byId('record').setAttribute('aria-pressed', 'false');
  byId('record').textContent = 'Use the microphone';
  await ended?.stop();
}

function download(blob, extension) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `${shown.file.name.replace(/\.[^.]*$/, '')}.${extension}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function changed() {
  try {
    showCode();
    if (live !== undefined) {
      await stop();
      await record();
    } else if (shown !== undefined) await compute(shown.file);
    else new MelExtractor(options());
  } catch (error) {
    fail(error);
  }
}

function listen() {
  const drop = byId('drop');
  byId('open').addEventListener('click', () => byId('file').click());
  byId('file').addEventListener('change', ({ target }) => open(target.files[0]).then(() => (target.value = '')));
  byId('record').addEventListener('click', () => (live === undefined ? record() : stop()));
  for (const name of ['dragover', 'dragleave', 'drop']) {
    // Anywhere on the page: a browser opens in place of it what is dropped elsewhere.
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle('over', name === 'dragover');
      if (name === 'drop') open(event.dataTransfer.files[0]);
    });
  }
  byId('options').addEventListener('submit', (event) => event.preventDefault());
  byId('options').addEventListener('change', ({ target }) => {
    if (target.id === 'preset') showPreset();
    changed();
  });
  byId('npy').addEventListener('click', () => download(npy(shown.mel.data, shown.mel.shape), 'npy'));
  byId('png').addEventListener('click', () => picture.toBlob((blob) => download(blob, 'png')));
  byId('compare').addEventListener('click', async ({ target }) => {
    target.disabled = true;
    try {
      await compare(shown, (text) => (comparison.textContent = text));
    } catch (error) {
      comparison.textContent = error.message;
    }
    target.disabled = false;
  });
  byId('copy').addEventListener('click', async ({ target }) => {
    await navigator.clipboard.writeText(byId('code').textContent);
    target.textContent = 'Copied';
    setTimeout(() => (target.textContent = 'Copy'), 2000);
  });
  new ResizeObserver(redraw).observe(picture);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
}

async function main() {
  try {
    await init();
  } catch (error) {
    fail(error);
    return;
  }
  for (const [id, names] of [['preset', PRESETS], ['window', WINDOWS]]) {
    byId(id).append(...names.map((name) => new Option(name, name)));
  }
  showPreset();
  showCode();
  listen();
}

main();
