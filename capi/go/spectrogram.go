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
	// The values: (NMels, NFrames), row-major, where Layout is [LayoutMelMajor], else (NFrames, NMels).
	Data []float32

	// The number of rows: bands, cepstral coefficients, or bands and the energy.
	NMels int

	// The number of frames.
	NFrames int

	// The order of Data.
	Layout Layout
}

// At is the value of a row in a frame. Like an index, it panics outside of them.
func (m *MelSpectrogram) At(mel, frame int) float32 {
	if uint(mel) >= uint(m.NMels) || uint(frame) >= uint(m.NFrames) {
		panic(fmt.Sprintf("mojoaudio: (%d, %d) is outside of (%d, %d)", mel, frame, m.NMels, m.NFrames))
	}
	if m.Layout == LayoutFrameMajor {
		return m.Data[frame*m.NMels+mel]
	}
	return m.Data[mel*m.NFrames+frame]
}

// largeResult is the number of values (1 GiB) from which memory is asked for with care.
const largeResult = 1 << 28

// newSpectrogram is a result to be filled. Go ends the program where memory is refused, so for large ones
// C is asked first whether there is any.
func newSpectrogram(nMels, nFrames int, layout Layout) (*MelSpectrogram, error) {
	high, size := bits.Mul(uint(nMels), uint(nFrames))
	refused := high != 0 || size > math.MaxInt/4
	if !refused && size > largeResult {
		memory := C.calloc(C.size_t(size), 4)
		refused = memory == nil
		C.free(memory)
	}
	if refused {
		text := fmt.Sprintf("no memory for a result of %d rows and %d frames", nMels, nFrames)
		return nil, &failure{ErrAllocation, text}
	}
	return &MelSpectrogram{make([]float32, size), nMels, nFrames, layout}, nil
}

// copied is a result of the library's in Go's memory. The library's is freed.
func copied(mel *C.MojoMelSpectrogram, layout Layout) (*MelSpectrogram, error) {
	defer C.mojo_mel_spectrogram_free(mel)
	var nMels, nFrames C.size_t
	C.mojo_mel_spectrogram_get_shape(mel, &nMels, &nFrames)
	result, err := newSpectrogram(int(nMels), int(nFrames), layout)
	if err == nil {
		copy(result.Data, unsafe.Slice((*float32)(C.mojo_mel_spectrogram_get_data_ptr(mel)), len(result.Data)))
	}
	return result, err
}

// sample is a type of samples.
type sample interface{ float32 | int16 }

// nothing is what a pointer to no values at all points to: the library refuses NULL.
var nothing [1]float32

// pointer is where the values of a slice are, which C may use while a call lasts.
func pointer[S sample](values []S) *S {
	if len(values) == 0 {
		return (*S)(unsafe.Pointer(&nothing))
	}
	return unsafe.SliceData(values)
}

func floats(values []float32) *C.float { return (*C.float)(pointer(values)) }

func integers(values []int16) *C.int16_t { return (*C.int16_t)(pointer(values)) }
