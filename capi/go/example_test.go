package mojoaudio_test

import (
	"errors"
	"fmt"
	"log"

	"mojoaudio"
)

func Example() {
	extractor, err := mojoaudio.NewMelExtractor(mojoaudio.Whisper()) // once, for all goroutines
	if err != nil {
		log.Fatal(err)
	}
	defer extractor.Close()
	samples := make([]float32, 480_000) // 30 s at 16 kHz
	mel, err := extractor.Compute(samples)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(mel.NMels, mel.NFrames, len(mel.Data))
	// Output: 80 3000 240000
}

func ExampleMelConfig() {
	config := mojoaudio.Whisper()
	config.HopLength = 0
	_, err := mojoaudio.NewMelExtractor(config)
	fmt.Println(errors.Is(err, mojoaudio.ErrInvalidInput))
	// Output: true
}

func ExampleMelStream() {
	config := mojoaudio.WhisperLargeV3()
	// A stream can't know the maximum of the whole input, so set a fixed level.
	config.Reference = mojoaudio.ReferenceFixed
	config.ReferenceValue = 1.5
	extractor, err := mojoaudio.NewMelExtractor(config)
	if err != nil {
		log.Fatal(err)
	}
	defer extractor.Close()
	stream, err := extractor.NewStream()
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	nFrames := 0
	for range 100 {
		mel, err := stream.PushInt16(make([]int16, 160))
		if err != nil {
			log.Fatal(err)
		}
		nFrames += mel.NFrames // those that became certain
	}
	mel, err := stream.Finish()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(nFrames + mel.NFrames)
	// Output: 100
}
