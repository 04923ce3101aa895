//go:build cgo

package mojoaudio

import (
	"fmt"
	"sync"
)

// MelFrames is one live signal and its frames, for programs that look at frames by their number, as with
// kaldi-native-fbank: push samples in chunks of any size, look at any frame that is ready, as often as you like, and
// pop frames that are no longer needed. A frame keeps its number, whatever is popped.
//
// The frames have the same bits as from the whole signal, and memory grows with those that are not popped. For frames
// that are used once, in order, [MelStream] needs less.
type MelFrames struct {
	mutex      sync.Mutex
	stream     *MelStream
	values     []float32 // of the frames that were not popped, one after the other
	popped     int
	isFinished bool
}

// NewFrames makes a frame store with the extractor's options; the option Layout has no meaning for it. It fails as
// [MelExtractor.NewStream] does.
func (e *MelExtractor) NewFrames() (*MelFrames, error) {
	stream, err := e.NewStream()
	if err != nil {
		return nil, err
	}
	return &MelFrames{stream: stream}, nil
}

// Close frees the stream. Frames stay as they are. A second Close does nothing. The error is always nil.
func (f *MelFrames) Close() error { return f.stream.Close() }

// NMels is the number of values of each frame.
func (f *MelFrames) NMels() int { return f.stream.nMels }

// Push appends any number of samples. It fails as [MelStream.Push] does. An error changes nothing.
func (f *MelFrames) Push(samples []float32) error {
	return f.keep(func() (*MelSpectrogram, error) { return f.stream.Push(samples) }, false)
}

// PushInt16 is like Push; each sample is divided by 32768.
func (f *MelFrames) PushInt16(samples []int16) error {
	return f.keep(func() (*MelSpectrogram, error) { return f.stream.PushInt16(samples) }, false)
}

// Finish ends the signal: the frames that reach beyond its end are ready afterwards, and no sample can be pushed until
// Reset. It fails as [MelStream.Finish] does.
func (f *MelFrames) Finish() error { return f.keep(f.stream.Finish, true) }

func (f *MelFrames) keep(function func() (*MelSpectrogram, error), isEnd bool) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	mel, err := function()
	if err != nil {
		return err
	}
	f.values = append(f.values, byFrame(mel)...)
	f.isFinished = f.isFinished || isEnd
	return nil
}

// byFrame returns the values of a result, a frame after the other.
func byFrame(mel *MelSpectrogram) []float32 {
	if mel.Layout == LayoutFrameMajor {
		return mel.Data
	}
	values := make([]float32, 0, len(mel.Data))
	for frame := range mel.NFrames {
		for band := range mel.NMels {
			values = append(values, mel.Data[band*mel.NFrames+frame])
		}
	}
	return values
}

// NFramesReady is the number of frames that are complete since the signal's start, those that were popped included.
func (f *MelFrames) NFramesReady() int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.popped + f.available()
}

// NFramesPopped is the number of frames that were popped since the signal's start.
func (f *MelFrames) NFramesPopped() int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.popped
}

// IsLastFrame reports whether the signal has ended and the frame with that number is its last.
func (f *MelFrames) IsLastFrame(frame int) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.isFinished && frame >= 0 && frame == f.popped+f.available()-1
}

// GetFrame returns the NMels values of the frame with that number, counted from 0 at the signal's start. They stay
// valid, whatever is called later. It fails with [ErrInvalidInput] if the frame is not ready yet or was popped.
func (f *MelFrames) GetFrame(frame int) ([]float32, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if ready := f.popped + f.available(); frame < f.popped || frame >= ready {
		expected := fmt.Sprintf("at least %d and less than %d", f.popped, ready)
		return nil, refusedNumber(ErrInvalidInput, CodeArgument, "frame", frame, expected)
	}
	start := (frame - f.popped) * f.NMels()
	end := start + f.NMels()
	return f.values[start:end:end], nil
}

// Pop drops the oldest nFrames frames that were not popped yet. It fails with [ErrInvalidInput] if fewer are there;
// then nothing is dropped.
func (f *MelFrames) Pop(nFrames int) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if available := f.available(); nFrames < 0 || nFrames > available {
		expected := fmt.Sprintf("from 0 to %d", available)
		return refusedNumber(ErrInvalidInput, CodeArgument, "nFrames", nFrames, expected)
	}
	f.values = f.values[nFrames*f.NMels():]
	f.popped += nFrames
	return nil
}

// Reset drops all frames and starts again with an empty signal; frames count from 0 again.
func (f *MelFrames) Reset() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.stream.Reset()
	f.values, f.popped, f.isFinished = nil, 0, false
}

func (f *MelFrames) available() int { return len(f.values) / f.NMels() }
