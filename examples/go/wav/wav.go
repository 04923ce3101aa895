// Package wav reads the files that the examples take, and says what is wrong with others.
package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// Read returns the samples of a 16-bit mono WAV file at 16 kHz.
func Read(path string) ([]int16, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return nil, errors.New(path + " is not a WAV file")
	}
	var format struct {
		Tag, Channels      uint16
		Rate, BytesPerRate uint32
		BytesPerFrame      uint16
		Bits               uint16
	}
	// Programs write other chunks, too: ffmpeg puts one named LIST in front of the data.
	for rest := file[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), uint64(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[8:]
		if size > uint64(len(rest)) {
			return nil, fmt.Errorf("%s ends before its %s chunk does", path, name)
		}
		switch name {
		case "fmt ":
			if _, err := binary.Decode(rest[:size], binary.LittleEndian, &format); err != nil {
				return nil, fmt.Errorf("%s: fmt chunk: %w", path, err)
			}
		case "data":
			if format.Tag != 1 || format.Channels != 1 || format.Rate != 16000 || format.Bits != 16 {
				return nil, errors.New(path + " is not 16-bit mono PCM at 16000 Hz")
			}
			samples := make([]int16, size/2)
			_, err := binary.Decode(rest[:size], binary.LittleEndian, samples)
			return samples, err
		}
		// A chunk of odd length is followed by a pad byte.
		rest = rest[min(size+size%2, uint64(len(rest))):]
	}
	return nil, errors.New(path + " has no data chunk")
}
