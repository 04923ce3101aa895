// Calls of the Go package, as in a user's program: "whisper", or "stream", which pushes to one stream.
// ../README.md describes the lines that a measured program reads and answers.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mojoaudio"
)

func read(folder, clip string) []float32 {
	bytes, err := os.ReadFile(filepath.Join(folder, clip+".f32"))
	if err != nil {
		log.Fatal(err)
	}
	samples := make([]float32, len(bytes)/4)
	if _, err := binary.Decode(bytes, binary.LittleEndian, samples); err != nil {
		log.Fatal(err)
	}
	return samples
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("wanted: NAME FOLDER THREADS")
	}
	folder := os.Args[2]
	config := mojoaudio.Whisper()
	if os.Args[1] == "stream" {
		config.Reference = mojoaudio.ReferenceNone
	}
	extractor, err := mojoaudio.NewMelExtractor(config)
	if err != nil {
		log.Fatal(err)
	}
	defer extractor.Close()
	call := extractor.Compute
	if os.Args[1] == "stream" {
		stream, err := extractor.NewStream()
		if err != nil {
			log.Fatal(err)
		}
		defer stream.Close()
		call = stream.Push
	}
	compute := func(samples []float32) *mojoaudio.MelSpectrogram {
		mel, err := call(samples)
		if err != nil {
			log.Fatal(err)
		}
		return mel
	}
	fmt.Println("ready", mojoaudio.Version())
	clips := map[string][]float32{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) != 3 {
			log.Fatalf("no command: %s", lines.Text())
		}
		samples, isThere := clips[words[1]]
		if !isThere {
			samples = read(folder, words[1])
			clips[words[1]] = samples
		}
		switch words[0] {
		case "time":
			var n int
			if _, err := fmt.Sscan(words[2], &n); err != nil {
				log.Fatal(err)
			}
			times := make([]int64, n)
			for i := range times {
				start := time.Now()
				compute(samples)
				times[i] = time.Since(start).Nanoseconds()
			}
			fmt.Println(strings.Trim(fmt.Sprint(times), "[]"))
		case "save":
			mel := compute(samples)
			file, err := os.Create(words[2])
			if err != nil {
				log.Fatal(err)
			}
			if err := binary.Write(file, binary.LittleEndian, mel.Data); err != nil {
				log.Fatal(err)
			}
			file.Close()
			fmt.Println(mel.NMels, mel.NFrames)
		default:
			log.Fatalf("no command: %s", lines.Text())
		}
	}
}
