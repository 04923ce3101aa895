package mojoaudio_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"time"

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

func ExampleMelExtractor_ComputeBatch() {
	extractor, err := mojoaudio.NewMelExtractor(mojoaudio.WhisperLargeV3())
	if err != nil {
		log.Fatal(err)
	}
	defer extractor.Close()
	clips := [][]float32{make([]float32, 16_000), make([]float32, 48_000)}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	mels, err := extractor.ComputeBatch(ctx, clips, 0) // as many threads as Go uses
	if err != nil {
		log.Fatal(err)
	}
	for _, mel := range mels {
		fmt.Println(mel.NMels, mel.NFrames)
	}
	// Output:
	// 128 100
	// 128 300
}

func ExampleMelExtractor_FramesInt16() {
	extractor, err := mojoaudio.NewMelExtractor(mojoaudio.KaldiFbank())
	if err != nil {
		log.Fatal(err)
	}
	defer extractor.Close()
	// What `arecord -t raw -f S16_LE -r 16000` writes, or a network connection has.
	microphone := bytes.NewReader(make([]byte, 2*16_000))
	n := 0
	for frame, err := range extractor.FramesInt16(context.Background(), microphone) {
		if err != nil {
			log.Fatal(err)
		}
		if len(frame) == 80 {
			n++
		}
	}
	fmt.Println(n)
	// Output: 98
}

func ExampleMelFrames() {
	extractor, err := mojoaudio.NewMelExtractor(mojoaudio.KaldiFbank())
	if err != nil {
		log.Fatal(err)
	}
	defer extractor.Close()
	frames, err := extractor.NewFrames()
	if err != nil {
		log.Fatal(err)
	}
	defer frames.Close()
	windows := 0
	for range 100 { // chunks of 10 ms
		if err := frames.PushInt16(make([]int16, 160)); err != nil {
			log.Fatal(err)
		}
		// A model that looks at 20 frames, and moves on by 10.
		for frames.NFramesReady()-frames.NFramesPopped() >= 20 {
			last, err := frames.GetFrame(frames.NFramesPopped() + 19)
			if err != nil || len(last) != 80 {
				log.Fatal(err)
			}
			windows++
			if err := frames.Pop(10); err != nil {
				log.Fatal(err)
			}
		}
	}
	fmt.Println(frames.NFramesReady(), windows)
	// Output: 98 8
}

func ExampleError() {
	config := mojoaudio.Whisper()
	err := config.Set("window", "hanning")
	var refused *mojoaudio.Error
	if errors.As(err, &refused) {
		fmt.Println(refused.Code, refused.Field, refused.Value)
		fmt.Println(refused.Known)
		fmt.Println(refused.Closest)
	}
	// Output:
	// config window hanning
	// [hann hamming blackman povey rectangular]
	// hann
}

func ExamplePreset() {
	for _, name := range mojoaudio.Presets[:3] {
		config, err := mojoaudio.Preset(name)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name, config.NMels, config.HopLength)
	}
	// Output:
	// whisper 80 160
	// whisper-large-v3 128 160
	// librosa 128 512
}

func ExampleMelConfig_Get() {
	config := mojoaudio.KaldiFbank()
	window, err := config.Get("window")
	fmt.Println(window, err)
	// Output: povey <nil>
}
