// Whisper's mel spectrogram of a 16-bit mono WAV file.
//
//	cargo xtask install --only-c --prefix capi/go
//	cd examples/go
//	go run . ../data/speech.wav
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"

	"mel/wav"
	"mojoaudio"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: mel FILE.wav")
	}
	samples, err := wav.Read(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}

	extractor, err := mojoaudio.NewMelExtractor(mojoaudio.Whisper())
	if err != nil {
		log.Fatal(err)
	}
	defer extractor.Close()
	mel, err := extractor.ComputeInt16(samples)
	if err != nil {
		log.Fatal(err)
	}

	sum := 0.0
	for _, value := range mel.Data {
		sum += float64(value)
	}
	fmt.Printf("%s: %d x %d mel frames, mean %.4f, max %.4f\n", filepath.Base(os.Args[1]),
		mel.NMels, mel.NFrames, sum/float64(len(mel.Data)), slices.Max(mel.Data))
}
