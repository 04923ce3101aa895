package mojoaudio_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/iotest"

	"mojoaudio"
)

// frameOf returns the values of a frame of a result, whatever its layout.
func frameOf(mel *mojoaudio.MelSpectrogram, frame int) []float32 {
	values := make([]float32, mel.NMels)
	for band := range values {
		values[band] = mel.At(band, frame)
	}
	return values
}

func inLayout(layout mojoaudio.Layout) mojoaudio.MelConfig {
	config := mojoaudio.Hifigan()
	config.Layout = layout
	return config
}

var layouts = []mojoaudio.Layout{mojoaudio.LayoutMelMajor, mojoaudio.LayoutFrameMajor}

func TestFrameStore(t *testing.T) {
	samples := tone(9001, 3)
	for _, layout := range layouts {
		extractor := newExtractor(t, inLayout(layout))
		whole, err := extractor.Compute(samples)
		if err != nil {
			t.Fatal(err)
		}
		frames, err := extractor.NewFrames()
		if err != nil {
			t.Fatal(err)
		}
		defer frames.Close()
		first, err := frames.GetFrame(0)
		wantError(t, err, mojoaudio.ErrInvalidInput, "frame must be at least 0 and less than 0, got 0")
		for round := range 2 {
			popped := 0
			for at, isEnd := 0, false; !isEnd; at += 441 {
				if isEnd = at >= len(samples); isEnd {
					err = frames.Finish()
				} else {
					err = frames.Push(samples[at:min(at+441, len(samples))])
				}
				if err != nil {
					t.Fatal(err)
				}
				ready := frames.NFramesReady()
				for i := popped; i < ready; i++ {
					frame, err := frames.GetFrame(i)
					if err != nil || !sameBits(frame, frameOf(whole, i)) {
						t.Fatalf("frame %d: %v", i, err)
					}
					if frames.IsLastFrame(i) != (isEnd && i == ready-1) {
						t.Errorf("frame %d of %d: the last?", i, ready)
					}
				}
				for _, i := range []int{popped - 1, ready} {
					if _, err := frames.GetFrame(i); !errors.Is(err, mojoaudio.ErrInvalidInput) {
						t.Errorf("frame %d: %v", i, err)
					}
				}
				if first == nil && ready > 0 {
					first, _ = frames.GetFrame(0)
				}
				// The first round keeps all frames, the second some.
				n := round * (ready - popped) / 2
				wantError(t, frames.Pop(ready-popped+1), mojoaudio.ErrInvalidInput, "nFrames")
				wantError(t, frames.Pop(-1), mojoaudio.ErrInvalidInput, "nFrames")
				if err := frames.Pop(n); err != nil {
					t.Fatal(err)
				}
				popped += n
				if frames.NFramesPopped() != popped || frames.NFramesReady() != ready {
					t.Errorf("%d popped, %d ready", frames.NFramesPopped(), frames.NFramesReady())
				}
			}
			if frames.NFramesReady() != whole.NFrames {
				t.Errorf("%d frames", frames.NFramesReady())
			}
			wantError(t, frames.PushInt16([]int16{1}), mojoaudio.ErrInvalidInput, "finished")
			frames.Reset()
			if frames.NFramesReady() != 0 || frames.NFramesPopped() != 0 || frames.IsLastFrame(-1) {
				t.Error("not reset")
			}
		}
		if !sameBits(first, frameOf(whole, 0)) {
			t.Error("a frame has changed afterwards")
		}
	}
	_, err := newExtractor(t, mojoaudio.Whisper()).NewFrames()
	wantError(t, err, mojoaudio.ErrInvalidInput, "Reference must be ")
}

func TestFramesOfAReader(t *testing.T) {
	samples := tone(9001, 3)
	integers := make([]int16, len(samples))
	for i, value := range samples {
		integers[i] = int16(value * 32767)
	}
	var floats, words bytes.Buffer
	binary.Write(&floats, binary.LittleEndian, samples)
	binary.Write(&words, binary.LittleEndian, integers)
	for _, layout := range layouts {
		extractor := newExtractor(t, inLayout(layout))
		whole, err := extractor.Compute(samples)
		if err != nil {
			t.Fatal(err)
		}
		wholeInt16, err := extractor.ComputeInt16(integers)
		if err != nil {
			t.Fatal(err)
		}
		// Readers that return a byte at a time, half of what is asked for, and the end with the last bytes.
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"plain": func(r io.Reader) io.Reader { return r }, "one byte": iotest.OneByteReader,
			"half": iotest.HalfReader, "end with data": iotest.DataErrReader,
		} {
			check := func(what string, r *bytes.Buffer, whole *mojoaudio.MelSpectrogram, int16s bool) {
				read := extractor.Frames
				if int16s {
					read = extractor.FramesInt16
				}
				var kept [][]float32
				for frame, err := range read(t.Context(), wrap(bytes.NewReader(r.Bytes()))) {
					if err != nil {
						t.Fatalf("%s, %s: %v", name, what, err)
					}
					kept = append(kept, frame)
				}
				if len(kept) != whole.NFrames {
					t.Fatalf("%s, %s: %d frames for %d", name, what, len(kept), whole.NFrames)
				}
				for i, frame := range kept {
					if !sameBits(frame, frameOf(whole, i)) {
						t.Errorf("%s, %s: frame %d has other bits", name, what, i)
					}
				}
			}
			check("float32", &floats, whole, false)
			check("int16", &words, wholeInt16, true)
		}
	}
}

// TestFramesStop ranges over a part, stops with the context, and meets samples that are wrong.
func TestFramesStop(t *testing.T) {
	extractor := newExtractor(t, mojoaudio.KaldiFbank())
	endless := func() io.Reader { return zeros{} }
	n := 0
	for _, err := range extractor.Frames(t.Context(), endless()) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 10 {
			break
		}
	}
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	n = 0
	var last error
	for frame, err := range extractor.Frames(ctx, endless()) {
		if last = err; frame != nil {
			if n++; n == 10 {
				cancel(cause)
			}
		}
	}
	if n != 10 || !errors.Is(last, cause) {
		t.Errorf("%d frames, %v", n, last)
	}
	var bad bytes.Buffer
	binary.Write(&bad, binary.LittleEndian, []float32{0, float32(math.NaN())})
	for _, last = range extractor.Frames(t.Context(), &bad) {
	}
	wantError(t, last, mojoaudio.ErrInvalidInput, "sample 1 must be finite")
	for _, last = range newExtractor(t, mojoaudio.Whisper()).Frames(t.Context(), endless()) {
	}
	wantError(t, last, mojoaudio.ErrInvalidInput, "Reference must be ")
	for _, last = range extractor.Frames(t.Context(), stuck{}) {
	}
	wantError(t, last, io.ErrNoProgress, "reading samples")
}

// zeros is a reader without end.
type zeros struct{}

func (zeros) Read(bytes []byte) (int, error) {
	clear(bytes)
	return len(bytes), nil
}

// stuck is a reader that never returns anything.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestBatchStopsWithItsContext(t *testing.T) {
	extractor := newExtractor(t, mojoaudio.KaldiFbank())
	clips := slices.Repeat([][]float32{tone(1000, 1)}, 50)
	for _, nThreads := range []int{1, 3} {
		cause := errors.New("enough")
		ctx := &countedContext{Context: t.Context(), left: 10, cause: cause}
		results, err := extractor.ComputeBatch(ctx, clips, nThreads)
		var aborted *mojoaudio.Error
		if !errors.As(err, &aborted) || aborted.Code != mojoaudio.CodeAborted || !errors.Is(err, cause) {
			t.Fatal(err)
		}
		n := 0
		for i, result := range results {
			if result != nil {
				n++
			}
			if (result != nil) != (i < 10) {
				t.Errorf("clip %d: %v", i, result)
			}
		}
		if n != 10 || len(results) != len(clips) {
			t.Errorf("%d of %d results", n, len(results))
		}
	}
	// A context that is done at the end changes nothing.
	ctx := &countedContext{Context: t.Context(), left: len(clips), cause: errors.New("too late")}
	results, err := extractor.ComputeBatch(ctx, clips, 1)
	if err != nil || slices.Contains(results, nil) {
		t.Error(err)
	}
}

// countedContext is done once it was asked a number of times.
type countedContext struct {
	context.Context
	mutex sync.Mutex
	left  int
	cause error
}

func (c *countedContext) Err() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.left == 0 {
		return c.cause
	}
	c.left--
	return nil
}

func TestFramesAfter(t *testing.T) {
	stream := newStream(t, mojoaudio.Hifigan())
	samples := tone(4000, 1)
	for at := 0; at < len(samples); at += 500 {
		after := stream.FramesAfter(500)
		mel, err := stream.Push(samples[at : at+500])
		if err != nil || mel.NFrames != after {
			t.Fatalf("%d frames for %d, %v", mel.NFrames, after, err)
		}
	}
	if stream.FramesAfter(-1) != stream.FramesAfter(0) {
		t.Error("a negative number of samples")
	}
	after := stream.FramesAtFinish()
	mel, err := stream.Finish()
	if err != nil || mel.NFrames != after || after == 0 {
		t.Fatalf("%d frames for %d, %v", mel.NFrames, after, err)
	}
	if n := stream.FramesAfter(1000) + stream.FramesAtFinish(); n != 0 {
		t.Errorf("%d frames after the end", n)
	}
	stream.Close()
	if n := stream.FramesAfter(1000) + stream.FramesAtFinish(); n != 0 {
		t.Errorf("%d frames after Close", n)
	}
}

func TestWhatExtractorsTell(t *testing.T) {
	extractor := newExtractor(t, mojoaudio.Whisper())
	if bands := extractor.EmptyFilters(); len(bands) != 0 {
		t.Error(bands)
	}
	if n := extractor.WorkingMemory(); n < 1000 || n > 65536 {
		t.Error(n)
	}
	extractor.Close()
	if extractor.EmptyFilters() != nil || extractor.WorkingMemory() != 0 {
		t.Error("after Close")
	}
	config := mojoaudio.Whisper()
	config.NMels = 256
	bands := newExtractor(t, config).EmptyFilters()
	if len(bands) < 4 || bands[0] != 0 || !slices.IsSorted(bands) || bands[len(bands)-1] >= 256 {
		t.Error(bands)
	}
	// Cepstral coefficients are fewer rows than there are empty filters.
	config.NMFCC = 2
	if ofMFCC := newExtractor(t, config).EmptyFilters(); !slices.Equal(ofMFCC, bands) {
		t.Error(ofMFCC)
	}
}

func TestGet(t *testing.T) {
	config := mojoaudio.KaldiFbank()
	config.LogFloor = 1e-300
	for name, value := range map[string]string{
		"n_mels": "80", "window": "povey", "center": "false", "top_db": "none", "preemphasis": "0.97",
	} {
		if text, err := config.Get(name); err != nil || text != value {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	text, err := config.Get("log_floor")
	if err != nil || len(text) < 300 {
		t.Errorf("%q, %v", text, err)
	}
	changed := mojoaudio.KaldiFbank()
	if err := changed.Set("log_floor", text); err != nil || changed != config {
		t.Errorf("%v: another value", err)
	}
	config.NMels = -1
	_, err = config.Get("n_fft")
	wantError(t, err, mojoaudio.ErrInvalidInput, "NMels must be ")
}
