package mojoaudio

// #include <stdlib.h>
// #include <mojo_audio.h>
import "C"

import (
	"fmt"
	"math"
	"math/bits"
	"unsafe"
)

// MelSpectrogram is a result: NMels · NFrames values.
type MelSpectrogram struct {
	// The values, row-major: (NMels, NFrames) if Layout is [LayoutMelMajor], otherwise (NFrames, NMels).
	Data []float32

	// The number of rows: bands, cepstral coefficients, or bands and the energy.
	NMels int

	// The number of frames.
	NFrames int

	// The order of Data.
	Layout Layout
}

// At returns the value of a row in a frame. It panics if either is out of range, like an index.
func (m *MelSpectrogram) At(mel, frame int) float32 {
	if uint(mel) >= uint(m.NMels) || uint(frame) >= uint(m.NFrames) {
		panic(fmt.Sprintf("mojoaudio: (%d, %d) is outside of (%d, %d)", mel, frame, m.NMels, m.NFrames))
	}
	if m.Layout == LayoutFrameMajor {
		return m.Data[frame*m.NMels+mel]
	}
	return m.Data[mel*m.NFrames+frame]
}

// largeResult is the number of values (1 GiB) from which an allocation is tried in C first.
const largeResult = 1 << 28

// newSpectrogram returns a result to fill. A failed allocation ends a Go program, so C tries large ones first.
func newSpectrogram(nMels, nFrames int, layout Layout) (*MelSpectrogram, error) {
	high, size := bits.Mul(uint(nMels), uint(nFrames))
	isTooLarge := high != 0 || size > math.MaxInt/4
	if !isTooLarge && size > largeResult {
		memory := C.calloc(C.size_t(size), 4)
		isTooLarge = memory == nil
		C.free(memory)
	}
	if isTooLarge {
		text := fmt.Sprintf("no memory for a result of %d rows and %d frames", nMels, nFrames)
		return nil, refused(ErrAllocation, CodeAllocation, "", text)
	}
	return &MelSpectrogram{make([]float32, size), nMels, nFrames, layout}, nil
}

// sample is a type of samples.
type sample interface{ float32 | int16 }

// nothing is what the pointer of an empty slice points to: the library rejects NULL.
var nothing [1]float32

// pointer returns the address of a slice's values, which C may use during a call.
func pointer[S sample](values []S) *S {
	if len(values) == 0 {
		return (*S)(unsafe.Pointer(&nothing))
	}
	return unsafe.SliceData(values)
}

func floats(values []float32) *C.float { return (*C.float)(pointer(values)) }

func integers(values []int16) *C.int16_t { return (*C.int16_t)(pointer(values)) }
