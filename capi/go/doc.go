// Package mojoaudio computes mel spectrograms for speech and audio models, equal to those of the library
// that the model was trained with: Whisper, librosa, torchaudio, Kaldi, NeMo and more.
//
// The module is not on a proxy yet. In a checkout of mojo-audio,
//
//	cargo xtask install --only-c --prefix capi/go
//
// installs the C library, which the package links statically. In a program's module,
//
//	go mod edit -require mojoaudio@v0.0.0 -replace mojoaudio=PATH/TO/mojo-audio/capi/go
//
// makes it available as "mojoaudio", and "go mod vendor" copies the C library too. The build tag mojo_audio_system
// links the C library that pkg-config finds instead. Both need cgo and a C compiler.
//
// Samples are mono: float32 with a full scale of 1, or int16, which is divided by 32768. They are read
// without a copy, and neither changed nor kept.
//
// Any number of goroutines may use everything here at once. Close frees the memory of the C library; without
// it the memory is freed some time after the object becomes unreachable.
package mojoaudio
