package mojoaudio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"mojoaudio"
)

// anything is a part that may be anything but empty.
const anything = "*"

// TestErrorsOfEveryKind provokes each kind that can occur in Go, and compares its number and its parts. CodeInternal
// needs a bug, and CodeEngine occurs in other languages: Go links the library.
func TestErrorsOfEveryKind(t *testing.T) {
	extractor := newExtractor(t, mojoaudio.KaldiFbank())
	bad := tone(100, 1)
	bad[7] = float32(math.Inf(1))
	changed := func(change func(*mojoaudio.MelConfig)) error {
		config := mojoaudio.KaldiFbank()
		change(&config)
		extractor, err := mojoaudio.NewMelExtractor(config)
		if err == nil {
			defer extractor.Close()
			_, err = extractor.Compute(tone(100, 1))
		}
		return err
	}
	pushed := func(use func(*mojoaudio.MelStream) error) error {
		stream := newStream(t, mojoaudio.KaldiFbank())
		if _, err := stream.Push(tone(1000, 1)); err != nil {
			t.Fatal(err)
		}
		return use(stream)
	}
	lastOf := func(ctx context.Context, r io.Reader) (err error) {
		for _, err = range extractor.FramesInt16(ctx, r) {
		}
		return err
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	broken := errors.New("the line is dead")

	for _, row := range []struct {
		what                            string
		err                             error
		code                            mojoaudio.ErrorCode
		number                          int
		name                            string
		field, value, expected, closest string
		oneOfKnown                      string
		index, clip                     int
		wraps                           error
	}{
		{"number out of range", changed(func(c *mojoaudio.MelConfig) { c.HopLength = 0 }),
			mojoaudio.CodeConfig, 1, "config", "HopLength", "0", "at least 1", "", "", -1, -1, mojoaudio.ErrInvalidInput},
		{"number that C has no room for", changed(func(c *mojoaudio.MelConfig) { c.NMels = -1 }),
			mojoaudio.CodeConfig, 1, "config", "NMels", "-1", anything, "", "", -1, -1, mojoaudio.ErrInvalidInput},
		{"unknown choice", changed(func(c *mojoaudio.MelConfig) { c.Window = 77 }),
			mojoaudio.CodeConfig, 1, "config", "Window", "77", anything, "", "", -1, -1, mojoaudio.ErrInvalidInput},
		{"unknown name of a choice", func() error {
			config := mojoaudio.Whisper()
			return config.Set("window", "hanning")
		}(),
			mojoaudio.CodeConfig, 1, "config", "window", "hanning", "one of hann, hamming, blackman, povey, rectangular",
			"hann", "povey", -1, -1, mojoaudio.ErrInvalidInput},
		{"unknown preset", func() error { _, err := mojoaudio.Preset("wisper"); return err }(),
			mojoaudio.CodeUnknownName, 2, "unknown_name", "preset", "wisper", "", "whisper", "kaldi-fbank", -1, -1,
			mojoaudio.ErrInvalidInput},
		{"unlike any preset", func() error { _, err := mojoaudio.Preset("zzzzzz"); return err }(),
			mojoaudio.CodeUnknownName, 2, "unknown_name", "preset", "zzzzzz", "", "", "clap", -1, -1,
			mojoaudio.ErrInvalidInput},
		{"unknown option", func() error {
			config := mojoaudio.Whisper()
			_, err := config.Get("n_mel")
			return err
		}(),
			mojoaudio.CodeUnknownName, 2, "unknown_name", "option", "n_mel", "", "n_mels", "top_db", -1, -1,
			mojoaudio.ErrInvalidInput},
		{"no samples", func() error { _, err := extractor.Compute(nil); return err }(),
			mojoaudio.CodeEmptyInput, 3, "empty_input", "", "", "", "", "", -1, -1, mojoaudio.ErrInvalidInput},
		{"nothing to read", lastOf(t.Context(), strings.NewReader("")),
			mojoaudio.CodeEmptyInput, 3, "empty_input", "", "", "", "", "", -1, -1, mojoaudio.ErrInvalidInput},
		{"not finite", func() error { _, err := extractor.Compute(bad); return err }(),
			mojoaudio.CodeSample, 4, "sample", "", "inf", anything, "", "", 7, -1, mojoaudio.ErrInvalidInput},
		{"not finite in a stream", pushed(func(s *mojoaudio.MelStream) error { _, err := s.Push(bad); return err }),
			mojoaudio.CodeSample, 4, "sample", "", "inf", anything, "", "", 1007, -1, mojoaudio.ErrInvalidInput},
		{"not finite in a batch", func() error {
			_, err := extractor.ComputeBatch(t.Context(), [][]float32{tone(400, 1), bad, nil}, 2)
			return err
		}(),
			mojoaudio.CodeSample, 4, "sample", "", "inf", anything, "", "", 7, 1, mojoaudio.ErrInvalidInput},
		{"small buffer", func() error {
			_, err := extractor.ComputeInto(tone(4000, 1), make([]float32, 10))
			return err
		}(),
			mojoaudio.CodeBufferSize, 5, "buffer_size", "buffer_size", "10", "1840", "", "", -1, -1, mojoaudio.ErrBufferSize},
		{"no room for a frame", pushed(func(s *mojoaudio.MelStream) error { _, err := s.PushInto(nil, nil); return err }),
			mojoaudio.CodeBufferSize, 5, "buffer_size", "out", "0", "80", "", "", -1, -1, mojoaudio.ErrBufferSize},
		{"short window", func() error {
			_, err := mojoaudio.NewMelExtractorWithTables(mojoaudio.Whisper(), mojoaudio.Tables{Window: tone(7, 1)})
			return err
		}(),
			mojoaudio.CodeBufferSize, 5, "buffer_size", "Window", "7", "400", "", "", -1, -1, mojoaudio.ErrBufferSize},
		{"endless padding", changed(func(c *mojoaudio.MelConfig) { c.PadTo = 1 << 48 }),
			mojoaudio.CodeAllocation, 6, "allocation", "", "", "", "", "", -1, -1, mojoaudio.ErrAllocation},
		{"after the end", pushed(func(s *mojoaudio.MelStream) error {
			if _, err := s.Finish(); err != nil {
				t.Fatal(err)
			}
			_, err := s.Push(bad)
			return err
		}),
			mojoaudio.CodeFinished, 7, "finished", "", "", "", "", "", -1, -1, mojoaudio.ErrInvalidInput},
		{"threads", func() error { _, err := extractor.ComputeBatch(t.Context(), nil, -1); return err }(),
			mojoaudio.CodeArgument, 8, "argument", "nThreads", "-1", "at least 0", "", "", -1, -1, mojoaudio.ErrInvalidInput},
		{"closed", pushed(func(s *mojoaudio.MelStream) error {
			s.Close()
			_, err := s.Push(bad)
			return err
		}),
			mojoaudio.CodeClosed, 10, "closed", "", "", "", "", "", -1, -1, mojoaudio.ErrClosed},
		{"canceled batch", func() error {
			_, err := extractor.ComputeBatch(canceled, [][]float32{tone(400, 1)}, 1)
			return err
		}(),
			mojoaudio.CodeAborted, 11, "aborted", "", "", "", "", "", -1, -1, context.Canceled},
		{"canceled reading", lastOf(canceled, strings.NewReader("samples!")),
			mojoaudio.CodeAborted, 11, "aborted", "", "", "", "", "", -1, -1, context.Canceled},
		{"half a sample", lastOf(t.Context(), strings.NewReader("odd")),
			mojoaudio.CodeFile, 12, "file", "", "", "", "", "", -1, -1, io.ErrUnexpectedEOF},
		{"broken reader", lastOf(t.Context(), iotest.ErrReader(broken)),
			mojoaudio.CodeFile, 12, "file", "", "", "", "", "", -1, -1, broken},
		{"reader that fails with an EOF of its own", lastOf(t.Context(), io.MultiReader(
			strings.NewReader("frames of a connection"), iotest.ErrReader(fmt.Errorf("connection lost: %w", io.EOF)))),
			mojoaudio.CodeFile, 12, "file", "", "", "", "", "", -1, -1, io.EOF},
	} {
		t.Run(row.what, func(t *testing.T) {
			var found *mojoaudio.Error
			if !errors.As(row.err, &found) {
				t.Fatalf("%v is no Error", row.err)
			}
			if found.Code != row.code || int(found.Code) != row.number || found.Code.String() != row.name {
				t.Errorf("%v: %v", found, found.Code)
			}
			for _, part := range [][3]string{
				{"Field", found.Field, row.field},
				{"Value", found.Value, row.value},
				{"Expected", found.Expected, row.expected},
				{"Closest", found.Closest, row.closest},
			} {
				if part[1] != part[2] && (part[2] != anything || part[1] == "") {
					t.Errorf("%v: %s is %q, not %q", found, part[0], part[1], part[2])
				}
			}
			if found.Index != row.index || found.Clip != row.clip {
				t.Errorf("%v: index %d, clip %d", found, found.Index, found.Clip)
			}
			if (row.oneOfKnown != "") != slices.Contains(found.Known, row.oneOfKnown) {
				t.Errorf("%v: known are %q", found, found.Known)
			}
			if row.closest != "" && !slices.Contains(found.Known, row.closest) {
				t.Errorf("%v: %s is not known", found, row.closest)
			}
			if !errors.Is(found, row.wraps) {
				t.Errorf("%v does not wrap %v", found, row.wraps)
			}
			if !strings.Contains(found.Error(), found.Value) {
				t.Errorf("%v does not say %q", found, found.Value)
			}
		})
	}
	for text, change := range map[string]func(*mojoaudio.MelConfig){
		"WinLength must be from 1 to NFFT, 512, got 513":                     func(c *mojoaudio.MelConfig) { c.WinLength = 513 },
		"TopDB must be 0 where Log is none, got 8":                           func(c *mojoaudio.MelConfig) { c.Log, c.TopDB = mojoaudio.LogNone, 8 },
		"DeltaOrder must be 1 where DeltaWinLength is 0, got 2":              func(c *mojoaudio.MelConfig) { c.DeltaOrder = 2 },
		"FMin must be a finite number that a 32-bit float can hold, got inf": func(c *mojoaudio.MelConfig) { c.FMin = math.Inf(1) },
		"StackStride must be an integer from 1 to 4294967295, or 0, got -1":  func(c *mojoaudio.MelConfig) { c.StackStride = -1 },
	} {
		if err := changed(change); err == nil || err.Error() != "mojoaudio: "+text {
			t.Errorf("%v, not %q", err, text)
		}
	}
	_, err := mojoaudio.Preset("zzzzzz")
	var unknown *mojoaudio.Error
	if !errors.As(err, &unknown) || !slices.Equal(unknown.Known, mojoaudio.Presets) {
		t.Errorf("known are %q", unknown.Known)
	}
	if name := mojoaudio.ErrorCode(77).String(); name != "unknown" {
		t.Error(name)
	}
}
