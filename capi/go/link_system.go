//go:build mojo_audio_system

package mojoaudio

// #cgo pkg-config: mojo_audio
import "C"
