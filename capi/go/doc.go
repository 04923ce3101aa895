// Package mojoaudio computes mel spectrograms for speech and audio models, equal to those of the library
// that the model was trained with: Whisper, librosa, torchaudio, Kaldi, NeMo and more.
//
// The module is not on a proxy yet. In a checkout of mojo-audio
//
//	cargo xtask install --only-c --prefix capi/go
//
// puts the C library where the package links it statically, and
//
//	go mod edit -require mojoaudio@v0.0.0 -replace mojoaudio=PATH/TO/mojo-audio/capi/go
//
// lets a program import it as "mojoaudio". With the build tag mojo_audio_system the C library that
// pkg-config finds is linked instead. Either way cgo and a C compiler are needed.
//
// Samples are mono: float32 with a full scale of 1, or int16, of which a sample counts as its value /
// 32768. They are read where they are, without a copy, and neither changed nor kept.
//
// Everything may be used by many goroutines at once. Memory of the C library is freed by Close; what is
// not closed is freed some time after it becomes unreachable.
package mojoaudio
