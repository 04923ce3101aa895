package mojoaudio

// #cgo noescape mojo_mel_extractor_compute_into
// #cgo noescape mojo_mel_extractor_compute_into_i16
// #cgo nocallback mojo_mel_extractor_compute_into
// #cgo nocallback mojo_mel_extractor_compute_into_i16
// #include <mojo_audio.h>
import "C"

import (
	"fmt"
	"runtime"
	"sync"
)

// MelExtractor is a checked plan of options that computes any number of inputs. It never changes.
//
// Any number of goroutines may compute with the same one at once, without waiting for each other.
type MelExtractor struct {
	// Calls of the library hold it for reading, Close for writing. Because a call unlocks it at the end, the
	// extractor stays reachable during the call and is not freed.
	mutex   sync.RWMutex
	handle  *C.MojoMelExtractor
	cleanup runtime.Cleanup
	nMels   int
	layout  Layout
}

// NewMelExtractor checks and plans a configuration. It fails with [ErrInvalidInput] for an option that is
// not allowed; the text starts with the option's name.
func NewMelExtractor(config MelConfig) (*MelExtractor, error) {
	return newExtractor(&config, func(o *C.MojoMelOptions, handle **C.MojoMelExtractor) C.MojoAudioStatus {
		return C.mojo_mel_extractor_new(o, handle)
	})
}

// Tables replace the window and the filterbank that the options describe. A nil table replaces nothing.
type Tables struct {
	// WinLength values (NFFT if that is 0), instead of the option Window.
	Window []float32

	// (NMels, NFFT / 2 + 1) weights, row-major, instead of the triangles.
	Filterbank []float32
}

// NewMelExtractorWithTables is like [NewMelExtractor], with the caller's own window or filterbank, which are
// copied. It also fails with [ErrBufferSize] if a table's length doesn't fit the options, and with
// [ErrInvalidInput] for a value that is not finite.
func NewMelExtractorWithTables(config MelConfig, tables Tables) (*MelExtractor, error) {
	table := func(values []float32) *C.float {
		if values == nil {
			return nil
		}
		return floats(values)
	}
	return newExtractor(&config, func(o *C.MojoMelOptions, handle **C.MojoMelExtractor) C.MojoAudioStatus {
		return C.mojo_mel_extractor_new_with_tables(o,
			table(tables.Window), C.size_t(len(tables.Window)),
			table(tables.Filterbank), C.size_t(len(tables.Filterbank)), handle)
	})
}

func newExtractor(
	config *MelConfig,
	create func(*C.MojoMelOptions, **C.MojoMelExtractor) C.MojoAudioStatus,
) (*MelExtractor, error) {
	o, err := config.options()
	if err != nil {
		return nil, err
	}
	e := &MelExtractor{layout: config.Layout}
	if err := call(func() C.MojoAudioStatus { return create(&o, &e.handle) }); err != nil {
		return nil, err
	}
	e.nMels = int(C.mojo_mel_extractor_n_mels(e.handle))
	e.cleanup = runtime.AddCleanup(e, freeExtractor, e.handle)
	return e, nil
}

func freeExtractor(handle *C.MojoMelExtractor) { C.mojo_mel_extractor_free(handle) }

// Close waits for running calls and frees the extractor. Results and streams made with it stay valid. A
// second Close does nothing. The error is always nil.
func (e *MelExtractor) Close() error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.handle != nil {
		e.cleanup.Stop()
		freeExtractor(e.handle)
		e.handle = nil
	}
	return nil
}

// open prevents the extractor from being closed until release, or fails if it is closed.
func (e *MelExtractor) open() error {
	e.mutex.RLock()
	if e.handle == nil {
		e.mutex.RUnlock()
		return refused(ErrClosed, CodeClosed, "", "the MelExtractor is closed")
	}
	return nil
}

func (e *MelExtractor) release() { e.mutex.RUnlock() }

// NMels is the number of rows of a result: the mel bands, the cepstral coefficients (option NMFCC), or the
// bands and the energy (option UseEnergy).
func (e *MelExtractor) NMels() int { return e.nMels }

// FrameCount is the number of frames of the result for nSamples samples: 0 if they are too few for one, and
// after Close.
func (e *MelExtractor) FrameCount(nSamples int) int {
	if nSamples < 0 || e.open() != nil {
		return 0
	}
	defer e.release()
	return int(C.mojo_mel_extractor_frame_count(e.handle, C.size_t(nSamples)))
}

// Compute returns the mel spectrogram of the samples. It fails with [ErrInvalidInput] if there are none or
// one is not a finite number, and with [ErrAllocation].
func (e *MelExtractor) Compute(samples []float32) (*MelSpectrogram, error) {
	return compute(e, samples, e.ComputeInto)
}

// ComputeInt16 is like Compute; each sample is divided by 32768.
func (e *MelExtractor) ComputeInt16(samples []int16) (*MelSpectrogram, error) {
	return compute(e, samples, e.ComputeIntoInt16)
}

func compute[S sample](
	e *MelExtractor, samples []S, into func([]S, []float32) (int, error),
) (*MelSpectrogram, error) {
	result, err := newSpectrogram(e.nMels, e.FrameCount(len(samples)), e.layout)
	if err != nil {
		return nil, err
	}
	if _, err := into(samples, result.Data); err != nil {
		return nil, err
	}
	return result, nil
}

// ComputeInto writes the mel spectrogram of the samples to the start of out, in the order of
// [MelSpectrogram.Data], and returns the number of frames. It doesn't allocate, except that the first
// concurrent calls each allocate a scratch buffer.
//
// It fails with [ErrBufferSize] if out has less than NMels · FrameCount values, with [ErrInvalidInput] if
// there are no samples, one is not a finite number, or out overlaps them. After an error the content of out
// is undefined.
func (e *MelExtractor) ComputeInto(samples, out []float32) (nFrames int, err error) {
	if err := e.open(); err != nil {
		return 0, err
	}
	defer e.release()
	var n C.size_t
	err = call(func() C.MojoAudioStatus {
		return C.mojo_mel_extractor_compute_into(e.handle,
			floats(samples), C.size_t(len(samples)), floats(out), C.size_t(len(out)), &n)
	})
	return int(n), err
}

// ComputeIntoInt16 is like ComputeInto; each sample is divided by 32768.
func (e *MelExtractor) ComputeIntoInt16(samples []int16, out []float32) (nFrames int, err error) {
	if err := e.open(); err != nil {
		return 0, err
	}
	defer e.release()
	var n C.size_t
	err = call(func() C.MojoAudioStatus {
		return C.mojo_mel_extractor_compute_into_i16(e.handle,
			integers(samples), C.size_t(len(samples)), floats(out), C.size_t(len(out)), &n)
	})
	return int(n), err
}

// ComputeBatch computes clips of any lengths, each with the same bits as Compute, on nThreads threads at
// once. For 0 it uses one thread for each core of the machine.
//
// A failed clip doesn't affect the others: its result is nil, and the error is that of the first failed clip.
func (e *MelExtractor) ComputeBatch(clips [][]float32, nThreads int) ([]*MelSpectrogram, error) {
	return batch(e, clips, nThreads, floats, func(
		clips **C.float, lengths *C.size_t, n, nThreads C.size_t, results **C.MojoMelSpectrogram,
	) C.MojoAudioStatus {
		return C.mojo_mel_extractor_compute_batch(e.handle, clips, lengths, n, nThreads, results)
	})
}

// ComputeBatchInt16 is like ComputeBatch; each sample is divided by 32768.
func (e *MelExtractor) ComputeBatchInt16(clips [][]int16, nThreads int) ([]*MelSpectrogram, error) {
	return batch(e, clips, nThreads, integers, func(
		clips **C.int16_t, lengths *C.size_t, n, nThreads C.size_t, results **C.MojoMelSpectrogram,
	) C.MojoAudioStatus {
		return C.mojo_mel_extractor_compute_batch_i16(e.handle, clips, lengths, n, nThreads, results)
	})
}

func batch[S sample, CS any](
	e *MelExtractor,
	clips [][]S,
	nThreads int,
	pointer func([]S) *CS,
	compute func(**CS, *C.size_t, C.size_t, C.size_t, **C.MojoMelSpectrogram) C.MojoAudioStatus,
) ([]*MelSpectrogram, error) {
	if err := e.open(); err != nil {
		return nil, err
	}
	defer e.release()
	if nThreads < 0 {
		text := fmt.Sprintf("nThreads must be at least 0, got %d", nThreads)
		return nil, refused(ErrInvalidInput, CodeArgument, "nThreads", text)
	}
	results := make([]*MelSpectrogram, len(clips))
	if len(clips) == 0 {
		return results, nil
	}
	// C gets pointers in Go memory to Go memory, which must not move.
	var pinner runtime.Pinner
	defer pinner.Unpin()
	pointers := make([]*CS, len(clips))
	lengths := make([]C.size_t, len(clips))
	for i, clip := range clips {
		pointers[i] = pointer(clip)
		pinner.Pin(pointers[i])
		lengths[i] = C.size_t(len(clip))
	}
	handles := make([]*C.MojoMelSpectrogram, len(clips))
	err := call(func() C.MojoAudioStatus {
		return compute(&pointers[0], &lengths[0], C.size_t(len(clips)), C.size_t(nThreads), &handles[0])
	})
	for i, handle := range handles {
		if handle == nil {
			continue
		}
		result, failed := copied(handle, e.layout)
		if failed != nil && err == nil {
			err = failed
		}
		results[i] = result
	}
	return results, err
}

// NewStream makes a stream with the extractor's options. It fails with [ErrInvalidInput] for an option that
// needs the whole input, such as Whisper's reference level; the text names the option and its allowed values
// (set Reference to [ReferenceFixed], and ReferenceValue).
func (e *MelExtractor) NewStream() (*MelStream, error) {
	if err := e.open(); err != nil {
		return nil, err
	}
	defer e.release()
	s := &MelStream{nMels: e.nMels, layout: e.layout}
	err := call(func() C.MojoAudioStatus { return C.mojo_mel_stream_new(e.handle, &s.handle) })
	if err != nil {
		return nil, err
	}
	s.cleanup = runtime.AddCleanup(s, freeStream, s.handle)
	return s, nil
}
