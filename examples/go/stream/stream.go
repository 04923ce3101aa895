// Windows of frames for a model, while audio arrives in chunks of any length: the loop around a microphone.
//
//	cargo xtask install --only-c --prefix capi/go
//	cd examples/go
//	go run ./stream ../data/speech.wav
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"

	"mel/wav"
	"mojoaudio"
)

const window = 100

// microphone is a file in the place of a sound card. What it reads is as odd as with real ones: whole samples, or not.
type microphone struct {
	rest bytes.Buffer
	turn int
}

func (m *microphone) Read(p []byte) (int, error) {
	lengths := []int{882, 320, 1, 2048, 7}
	m.turn++
	return m.rest.Read(p[:min(lengths[m.turn%len(lengths)], len(p))])
}

// model is where the model would run. It gets frames of the same length.
func model(frames [][]float32) float64 {
	sum := 0.0
	for _, frame := range frames {
		for _, value := range frame {
			sum += float64(value)
		}
	}
	return sum
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: stream FILE.wav")
	}
	samples, err := wav.Read(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	source := &microphone{}
	if err := binary.Write(&source.rest, binary.LittleEndian, samples); err != nil {
		log.Fatal(err)
	}
	// Control-C ends the loop.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := listen(ctx, source, filepath.Base(os.Args[1])); err != nil {
		log.Fatal(err)
	}
}

func listen(ctx context.Context, source io.Reader, name string) error {
	extractor, err := mojoaudio.NewMelExtractor(mojoaudio.KaldiFbank())
	if err != nil {
		return err
	}
	defer extractor.Close()

	var frames [][]float32
	nFrames, nWindows, loudest := 0, 0, 0
	sum, highest := 0.0, 0.0
	run := func() {
		result := model(frames)
		sum += result
		nFrames += len(frames)
		nWindows++
		if mean := result / float64(len(frames)); nWindows == 1 || mean > highest {
			highest, loudest = mean, nWindows
		}
		frames = frames[:0]
	}
	for frame, err := range extractor.FramesInt16(ctx, source) {
		if err != nil {
			return err
		}
		if frames = append(frames, frame); len(frames) == window {
			run()
		}
	}
	if len(frames) > 0 { // the end of the signal
		run()
	}
	fmt.Printf("%s: %d frames in %d windows, mean %.4f, loudest window %d\n",
		name, nFrames, nWindows, sum/float64(nFrames*extractor.NMels()), loudest)
	return nil
}
