package mojoaudio

// #cgo noescape mojo_mel_extractor_compute_into
// #cgo noescape mojo_mel_extractor_compute_into_i16
// #cgo nocallback mojo_mel_extractor_compute_into
// #cgo nocallback mojo_mel_extractor_compute_into_i16
// #include <mojo_audio.h>
// #include <stdlib.h>
import "C"

import (
	"os"
	"runtime"
	"sync"
	"unsafe"
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
	// Of the filterbank.
	nWeights int
}

// NewMelExtractor checks and plans a configuration. It fails with [ErrInvalidInput] for an option that is
// not allowed; the text starts with the option's name.
func NewMelExtractor(config MelConfig) (*MelExtractor, error) {
	return newExtractor(&config, func(o *C.MojoMelOptions, handle **C.MojoMelExtractor) C.MojoAudioStatus {
		return C.mojo_mel_extractor_new(o, handle)
	})
}

// Tables replace the window and the filterbank that the options describe, and change the rows of the result. A nil
// table does nothing.
type Tables struct {
	// WinLength values (NFFT if that is 0), instead of the option Window.
	Window []float32

	// (NMels, NFFT / 2 + 1) weights, row-major, instead of the triangles.
	Filterbank []float32

	// What is subtracted from each row of the result, last of all: a value for each of the NMels rows of the
	// extractor, which are those of a whole stack if frames are stacked (the mean of global CMVN).
	RowMean []float32

	// What each row is multiplied by after that: as many values (1 / deviation of global CMVN).
	RowScale []float32
}

// RowStatistics returns the mean and the scale of each row in a model's file, as [Tables] has them: FunASR's am.mvn,
// WeNet's global_cmvn (JSON), or Kaldi's statistics as text, one matrix of two lines. Sums over frames become means and
// 1 / deviations. It fails with [ErrInvalidInput] if the file is none of these.
func RowStatistics(path string) (mean, scale []float32, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	return RowStatisticsFromText(string(text))
}

// RowStatisticsFromText is [RowStatistics] for the text of such a file.
func RowStatisticsFromText(text string) (mean, scale []float32, err error) {
	cText := cText(text)
	defer C.free(unsafe.Pointer(cText))
	var n C.size_t
	read := func() C.MojoAudioStatus {
		return C.mojo_mel_row_statistics_from_text(cText, floats(mean), floats(scale), C.size_t(len(mean)), &n)
	}
	if err := call(read); err != nil {
		return nil, nil, err
	}
	mean, scale = make([]float32, n), make([]float32, n)
	if err := call(read); err != nil {
		return nil, nil, err
	}
	return mean, scale, nil
}

// NewMelExtractorWithTables is like [NewMelExtractor], with the caller's own tables, which are copied. It also fails
// with [ErrBufferSize] if a table's length doesn't fit the options, and with [ErrInvalidInput] for a value that is
// not finite, or in RowMean and RowScale above 1e18 in magnitude.
func NewMelExtractorWithTables(config MelConfig, tables Tables) (*MelExtractor, error) {
	table := func(values []float32) *C.float {
		if values == nil {
			return nil
		}
		return floats(values)
	}
	return newExtractor(&config, func(o *C.MojoMelOptions, handle **C.MojoMelExtractor) C.MojoAudioStatus {
		return C.mojo_mel_extractor_new_with_rows(o,
			table(tables.Window), C.size_t(len(tables.Window)),
			table(tables.Filterbank), C.size_t(len(tables.Filterbank)),
			table(tables.RowMean), C.size_t(len(tables.RowMean)),
			table(tables.RowScale), C.size_t(len(tables.RowScale)), handle)
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
	e := &MelExtractor{layout: config.Layout, nWeights: int(config.NMels) * (int(config.NFFT)/2 + 1)}
	if err := callWithConfig(func() C.MojoAudioStatus { return create(&o, &e.handle) }); err != nil {
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
	return e.frameCount(nSamples)
}

// frameCount is FrameCount for an extractor that is open.
func (e *MelExtractor) frameCount(nSamples int) int {
	return int(C.mojo_mel_extractor_frame_count(e.handle, C.size_t(nSamples)))
}

// ValidFrames is the number of frames of the result for nSamples samples that are not padding, as the attention
// masks of transformers count them: at most FrameCount. After Close it is 0.
func (e *MelExtractor) ValidFrames(nSamples int) int {
	if nSamples < 0 || e.open() != nil {
		return 0
	}
	defer e.release()
	return int(C.mojo_mel_extractor_valid_frames(e.handle, C.size_t(nSamples)))
}

// EmptyFilters are the bands whose filter is so narrow that it contains no bin of the transform, in ascending order.
// Their values are always the floor: use a larger NFFT or fewer NMels. There are none after Close.
func (e *MelExtractor) EmptyFilters() []int {
	if e.open() != nil {
		return nil
	}
	defer e.release()
	// Not NMels: a result has fewer rows than there are bands if NMFCC is set.
	bands := make([]C.size_t, C.mojo_mel_extractor_empty_filters(e.handle, nil, 0))
	C.mojo_mel_extractor_empty_filters(e.handle, unsafe.SliceData(bands), C.size_t(len(bands)))
	var filters []int
	for _, band := range bands {
		filters = append(filters, int(band))
	}
	return filters
}

// Filterbank returns the weights of the filters that the extractor uses: (NMels, NFFT / 2 + 1), row-major, where
// NMels is the option. Those of the configured triangles are the ones of librosa's filters.mel, torchaudio's
// melscale_fbanks or Kaldi's MelBanks, computed in float64 and rounded; the caller's own are returned as they were
// passed. It fails with [ErrAllocation], and with [ErrClosed] after Close.
func (e *MelExtractor) Filterbank() ([]float32, error) {
	if err := e.open(); err != nil {
		return nil, err
	}
	defer e.release()
	weights := make([]float32, e.nWeights)
	err := call(func() C.MojoAudioStatus {
		return C.mojo_mel_extractor_filterbank(e.handle, floats(weights), C.size_t(len(weights)))
	})
	if err != nil {
		return nil, err
	}
	return weights, nil
}

// WorkingMemory is the number of bytes that a computation uses besides its result and the extractor's tables. It
// depends on the configuration, not on the length of the input; computations that run at the same time take as much
// each. After Close it is 0.
func (e *MelExtractor) WorkingMemory() int {
	if e.open() != nil {
		return 0
	}
	defer e.release()
	return int(C.mojo_mel_extractor_working_memory(e.handle))
}

// Compute returns the mel spectrogram of the samples. It fails with [ErrInvalidInput] if there are none or
// one is not a finite number, and with [ErrAllocation].
func (e *MelExtractor) Compute(samples []float32) (*MelSpectrogram, error) {
	return whole(e, samples, e.into)
}

// ComputeInt16 is like Compute; each sample is divided by 32768.
func (e *MelExtractor) ComputeInt16(samples []int16) (*MelSpectrogram, error) {
	return whole(e, samples, e.intoInt16)
}

func whole[S sample](
	e *MelExtractor, samples []S, into func([]S, []float32) (int, error),
) (*MelSpectrogram, error) {
	if err := e.open(); err != nil {
		return nil, err
	}
	defer e.release()
	return compute(e, samples, into)
}

// compute returns the result of an extractor that is open.
func compute[S sample](
	e *MelExtractor, samples []S, into func([]S, []float32) (int, error),
) (*MelSpectrogram, error) {
	result, err := newSpectrogram(e.nMels, e.frameCount(len(samples)), e.layout)
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
	return e.into(samples, out)
}

// ComputeIntoInt16 is like ComputeInto; each sample is divided by 32768.
func (e *MelExtractor) ComputeIntoInt16(samples []int16, out []float32) (nFrames int, err error) {
	if err := e.open(); err != nil {
		return 0, err
	}
	defer e.release()
	return e.intoInt16(samples, out)
}

// into is ComputeInto for an extractor that is open.
func (e *MelExtractor) into(samples, out []float32) (int, error) {
	var n C.size_t
	err := call(func() C.MojoAudioStatus {
		return C.mojo_mel_extractor_compute_into(e.handle,
			floats(samples), C.size_t(len(samples)), floats(out), C.size_t(len(out)), &n)
	})
	return int(n), err
}

// intoInt16 is ComputeIntoInt16 for an extractor that is open.
func (e *MelExtractor) intoInt16(samples []int16, out []float32) (int, error) {
	var n C.size_t
	err := call(func() C.MojoAudioStatus {
		return C.mojo_mel_extractor_compute_into_i16(e.handle,
			integers(samples), C.size_t(len(samples)), floats(out), C.size_t(len(out)), &n)
	})
	return int(n), err
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
	err := callWithConfig(func() C.MojoAudioStatus { return C.mojo_mel_stream_new(e.handle, &s.handle) })
	if err != nil {
		return nil, err
	}
	s.cleanup = runtime.AddCleanup(s, freeStream, s.handle)
	return s, nil
}
