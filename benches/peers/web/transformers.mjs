// transformers.js, which multiplies by its filters in ONNX Runtime. It would load that from another server; here it is next
// to the bundle.

import { env } from '@huggingface/transformers';

export { make } from '../node/transformers.mjs';

env.backends.onnx.wasm.wasmPaths = new URL('./', import.meta.url).href;
