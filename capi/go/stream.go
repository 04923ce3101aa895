package mojoaudio

// #cgo noescape mojo_mel_stream_push
// #cgo noescape mojo_mel_stream_push_i16
// #cgo noescape mojo_mel_stream_read
// #cgo nocallback mojo_mel_stream_push
// #cgo nocallback mojo_mel_stream_push_i16
// #cgo nocallback mojo_mel_stream_read
// #include <mojo_audio.h>
import "C"

import (
	"fmt"
	"runtime"
	"strconv"
	"sync"
)

// MelStream is one live signal: push samples in chunks of any size, and get frames as soon as no later sample
// can change them, with the same bits as from the whole signal. The extractor that it was made with may be
// closed before.
//
// Goroutines that use the same stream wait for each other. They must keep their samples in order.
type MelStream struct {
	mutex   sync.Mutex
	handle  *C.MojoMelStream
	cleanup runtime.Cleanup
	nMels   int
	layout  Layout
}

func freeStream(handle *C.MojoMelStream) { C.mojo_mel_stream_free(handle) }

// Close frees the stream. A second Close does nothing. The error is always nil.
func (s *MelStream) Close() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.handle != nil {
		s.cleanup.Stop()
		freeStream(s.handle)
		s.handle = nil
	}
	return nil
}

// NMels is the number of rows of each frame.
func (s *MelStream) NMels() int { return s.nMels }

// Available is the number of complete frames that have not been returned, because PushInto and FinishInto had
// no room for them. After Close it is 0.
func (s *MelStream) Available() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return int(C.mojo_mel_stream_available(s.handle))
}

// FramesAfter is the number of frames that a push of nSamples samples will complete; 0 after Finish and Close.
func (s *MelStream) FramesAfter(nSamples int) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return int(C.mojo_mel_stream_frames_after(s.handle, C.size_t(max(nSamples, 0))))
}

// FramesAtFinish is the number of frames that Finish will complete; 0 after it and after Close.
func (s *MelStream) FramesAtFinish() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return int(C.mojo_mel_stream_frames_at_finish(s.handle))
}

// Push appends any number of samples and returns the frames that they complete, often none.
//
// It fails with [ErrInvalidInput] for a sample that is not a finite number (the text has its index since the
// stream's start) and after Finish, and with [ErrAllocation]. An error changes nothing.
func (s *MelStream) Push(samples []float32) (*MelSpectrogram, error) {
	return s.all(func() C.MojoAudioStatus { return s.push(samples) })
}

// PushInt16 is like Push; each sample is divided by 32768.
func (s *MelStream) PushInt16(samples []int16) (*MelSpectrogram, error) {
	return s.all(func() C.MojoAudioStatus { return s.pushInt16(samples) })
}

// Finish ends the signal and returns the frames that reach beyond its end. No sample can be pushed until
// Reset. It fails with [ErrInvalidInput] if no sample was pushed or the stream is already finished.
func (s *MelStream) Finish() (*MelSpectrogram, error) {
	return s.all(s.finish)
}

// PushInto is like Push, but writes the oldest frames to the start of out, as many as fit: (NMels, nFrames),
// row-major, or (nFrames, NMels) if the option Layout is [LayoutFrameMajor]. The next call returns the
// others. Go doesn't allocate.
//
// It also fails with [ErrBufferSize] if out is too short for one frame; then nothing changes.
func (s *MelStream) PushInto(samples, out []float32) (nFrames int, err error) {
	return s.some(out, func() C.MojoAudioStatus { return s.push(samples) })
}

// PushIntoInt16 is like PushInto; each sample is divided by 32768.
func (s *MelStream) PushIntoInt16(samples []int16, out []float32) (nFrames int, err error) {
	return s.some(out, func() C.MojoAudioStatus { return s.pushInt16(samples) })
}

// FinishInto is to Finish what PushInto is to Push. Read returns the frames that don't fit into out.
func (s *MelStream) FinishInto(out []float32) (nFrames int, err error) {
	return s.some(out, s.finish)
}

// Read returns available frames like PushInto, without new samples.
func (s *MelStream) Read(out []float32) (nFrames int, err error) {
	return s.some(out, func() C.MojoAudioStatus { return C.MOJO_AUDIO_SUCCESS })
}

// Reset resets the stream to its start, and drops frames that have not been returned.
func (s *MelStream) Reset() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	C.mojo_mel_stream_reset(s.handle)
}

func (s *MelStream) push(samples []float32) C.MojoAudioStatus {
	return C.mojo_mel_stream_push(s.handle, floats(samples), C.size_t(len(samples)))
}

func (s *MelStream) pushInt16(samples []int16) C.MojoAudioStatus {
	return C.mojo_mel_stream_push_i16(s.handle, integers(samples), C.size_t(len(samples)))
}

func (s *MelStream) finish() C.MojoAudioStatus { return C.mojo_mel_stream_finish(s.handle) }

// all runs a call, and returns all frames that can be read after it.
func (s *MelStream) all(function func() C.MojoAudioStatus) (*MelSpectrogram, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err := s.run(function); err != nil {
		return nil, err
	}
	result, err := newSpectrogram(s.nMels, int(C.mojo_mel_stream_available(s.handle)), s.layout)
	if err != nil {
		return nil, err
	}
	if _, err := s.read(result.Data); err != nil {
		return nil, err
	}
	return result, nil
}

// some runs a call, and returns as many frames as fit into out.
func (s *MelStream) some(out []float32, function func() C.MojoAudioStatus) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(out) < s.nMels {
		text := fmt.Sprintf("out must have at least %d values, a frame's, got %d", s.nMels, len(out))
		e := refused(ErrBufferSize, CodeBufferSize, "out", text)
		e.Value, e.Expected = strconv.Itoa(len(out)), strconv.Itoa(s.nMels)
		return 0, e
	}
	if err := s.run(function); err != nil {
		return 0, err
	}
	return s.read(out)
}

func (s *MelStream) run(function func() C.MojoAudioStatus) error {
	if s.handle == nil {
		return refused(ErrClosed, CodeClosed, "", "the MelStream is closed")
	}
	return call(function)
}

func (s *MelStream) read(out []float32) (int, error) {
	var n C.size_t
	err := call(func() C.MojoAudioStatus {
		return C.mojo_mel_stream_read(s.handle, floats(out), C.size_t(len(out)), &n)
	})
	return int(n), err
}
