package mojoaudio_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mojoaudio"
)

func itoa(n int) string { return strconv.Itoa(n) }

// tone returns a signal that depends on the seed.
func tone(n, seed int) []float32 {
	samples := make([]float32, n)
	for i := range samples {
		samples[i] = float32(0.3 * math.Sin(float64(i)*(0.01+0.003*float64(seed))))
	}
	return samples
}

func newExtractor(t testing.TB, config mojoaudio.MelConfig) *mojoaudio.MelExtractor {
	t.Helper()
	extractor, err := mojoaudio.NewMelExtractor(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { extractor.Close() })
	return extractor
}

func newStream(t testing.TB, config mojoaudio.MelConfig) *mojoaudio.MelStream {
	t.Helper()
	stream, err := newExtractor(t, config).NewStream()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stream.Close() })
	return stream
}

// wantError checks the kind and the text of an error.
func wantError(t testing.TB, err, kind error, text string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), text) {
		t.Errorf("got `%v`, expected `%v` that says `%s`", err, kind, text)
	}
}

func TestVersion(t *testing.T) {
	header, err := os.ReadFile("../include/mojo_audio.h")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"MAJOR", "MINOR", "PATCH"} {
		wanted := fmt.Sprintf("#define MOJO_AUDIO_VERSION_%s %s\n", name, strings.Split(mojoaudio.Version(), ".")[i])
		if !strings.Contains(string(header), wanted) {
			t.Errorf("the header does not say `%s`", wanted)
		}
	}
}

func TestPresets(t *testing.T) {
	functions := []func() mojoaudio.MelConfig{
		mojoaudio.Whisper, mojoaudio.WhisperLargeV3, mojoaudio.Librosa, mojoaudio.Torchaudio,
		mojoaudio.KaldiFbank, mojoaudio.Parakeet, mojoaudio.Hifigan, mojoaudio.Speecht5,
		mojoaudio.AST, mojoaudio.CLAP,
	}
	if len(functions) > len(mojoaudio.Presets) {
		t.Fatalf("%d presets for %d functions", len(mojoaudio.Presets), len(functions))
	}
	for i, name := range mojoaudio.Presets {
		config, err := mojoaudio.Preset(name)
		if err != nil || i < len(functions) && config != functions[i]() {
			t.Errorf("%s: %v, or another configuration than that of its function", name, err)
		}
		newExtractor(t, config)
	}
	_, err := mojoaudio.Preset("whisper\x00")
	wantError(t, err, mojoaudio.ErrInvalidInput, "whisper")
}

func TestFromJSON(t *testing.T) {
	expected := mojoaudio.Whisper()
	expected.NMels = 128
	expected.FMax = 8000
	expected.BinFrequencies = mojoaudio.BinFrequenciesLinspace
	expected.PadTo = 480_000
	expected.MaxLength = 480_000
	whisper := `{"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 128}`
	config, err := mojoaudio.FromJSON(whisper)
	if err != nil || config != expected {
		t.Fatalf("%v: %+v", err, config)
	}
	ast := `{"feature_extractor_type": "ASTFeatureExtractor", "std": 0}`
	_, err = mojoaudio.FromJSON(ast)
	wantError(t, err, mojoaudio.ErrInvalidInput, "std must be more than 0, got 0")

	folder := t.TempDir()
	_, err = mojoaudio.FromFile(folder)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	read := func(path string) {
		t.Helper()
		config, err := mojoaudio.FromFile(path)
		if err != nil || config != expected {
			t.Errorf("%v: %+v", err, config)
		}
	}
	read(write("preprocessor_config.json", whisper))
	read(folder)
	// The processor's settings come first, if it has any.
	processor := write("processor_config.json", `{"processor_class": "WhisperProcessor"}`)
	read(folder)
	write("preprocessor_config.json", ast)
	write("processor_config.json", `{"feature_extractor": `+whisper+`}`)
	read(folder)
	read(processor)
	write("processor_config.json", "{")
	_, err = mojoaudio.FromFile(folder)
	wantError(t, err, mojoaudio.ErrInvalidInput, processor+" must be a JSON object of settings (")
}

func TestSetWritesTheField(t *testing.T) {
	wanted := mojoaudio.KaldiFbank()
	wanted.NMels = 40
	wanted.Window = mojoaudio.WindowHamming
	wanted.TopDB = 0
	wanted.PadTo = 480_000
	wanted.Layout = mojoaudio.LayoutFrameMajor
	wanted.UseEnergy = true
	config := mojoaudio.KaldiFbank()
	for _, option := range [][2]string{
		{"n_mels", "40"}, {"window", "hamming"}, {"top_db", "none"}, {"pad_to", "480000"},
		{"layout", "frame_major"}, {"use_energy", "true"},
	} {
		if err := config.Set(option[0], option[1]); err != nil {
			t.Fatal(err)
		}
	}
	if config != wanted {
		t.Errorf("%+v for %+v", config, wanted)
	}
	wantError(t, config.Set("n_mels", "40\x00"), mojoaudio.ErrInvalidInput, "n_mels")
	if config != wanted {
		t.Error("changed in spite of the error")
	}
	if name := config.Window.String(); name != "hamming" {
		t.Error(name)
	}
	if name := mojoaudio.Window(99).String(); name != "99" {
		t.Error(name)
	}
}

func TestWrongOptions(t *testing.T) {
	for name, change := range map[string]func(*mojoaudio.MelConfig){
		"NMels":  func(c *mojoaudio.MelConfig) { c.NMels = -1 },
		"NFFT":   func(c *mojoaudio.MelConfig) { c.NFFT = 1 },
		"FMin":   func(c *mojoaudio.MelConfig) { c.FMin = math.NaN() },
		"Window": func(c *mojoaudio.MelConfig) { c.Window = 99 },
		"Layout": func(c *mojoaudio.MelConfig) { c.Layout = -1 },
	} {
		config := mojoaudio.Whisper()
		change(&config)
		_, err := mojoaudio.NewMelExtractor(config)
		wantError(t, err, mojoaudio.ErrInvalidInput, "mojoaudio: "+name+" must be ")
	}
	_, err := mojoaudio.NewMelExtractor(mojoaudio.MelConfig{})
	wantError(t, err, mojoaudio.ErrInvalidInput, "SampleRate must be ")
}

func TestTables(t *testing.T) {
	config := mojoaudio.Whisper()
	config.Window = mojoaudio.WindowRectangular
	ones := make([]float32, config.NFFT)
	for i := range ones {
		ones[i] = 1
	}
	own, err := mojoaudio.NewMelExtractorWithTables(mojoaudio.Whisper(), mojoaudio.Tables{Window: ones})
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	samples := tone(16_000, 1)
	a, errA := own.Compute(samples)
	b, errB := newExtractor(t, config).Compute(samples)
	if errA != nil || errB != nil || !sameBits(a.Data, b.Data) {
		t.Error("a window of ones is not the rectangular one", errA, errB)
	}
	_, err = mojoaudio.NewMelExtractorWithTables(config, mojoaudio.Tables{Window: ones[1:]})
	wantError(t, err, mojoaudio.ErrBufferSize, "Window must have ")
	_, err = mojoaudio.NewMelExtractorWithTables(config, mojoaudio.Tables{Filterbank: []float32{}})
	wantError(t, err, mojoaudio.ErrBufferSize, "Filterbank must have ")
}

// A mean and a factor for each row make the bits of the plain result, changed by hand, in a stream too.
func TestRows(t *testing.T) {
	config := mojoaudio.KaldiFbank()
	config.NMels, config.Stack, config.Layout = 3, 2, mojoaudio.LayoutFrameMajor
	plain, err := newExtractor(t, config).Compute(tone(16_000, 1))
	if err != nil {
		t.Fatal(err)
	}
	mean := []float32{1.5, -2, 0, 100, 0.25, 3}
	scale := []float32{0.5, -1, 3, 1e-3, 0, 7.25}
	for _, tables := range []mojoaudio.Tables{
		{RowMean: mean, RowScale: scale}, {RowMean: mean}, {RowScale: scale},
	} {
		own, err := mojoaudio.NewMelExtractorWithTables(config, tables)
		if err != nil {
			t.Fatal(err)
		}
		defer own.Close()
		expected := make([]float32, len(plain.Data))
		for i, value := range plain.Data {
			if tables.RowMean != nil {
				value -= mean[i%6]
			}
			if tables.RowScale != nil {
				value *= scale[i%6]
			}
			expected[i] = value
		}
		whole, err := own.Compute(tone(16_000, 1))
		if err != nil || !sameBits(whole.Data, expected) {
			t.Error("other bits than by hand", err)
		}
		stream, err := own.NewStream()
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Close()
		pushed, errPush := stream.Push(tone(16_000, 1))
		rest, errFinish := stream.Finish()
		if errPush != nil || errFinish != nil || !sameBits(append(pushed.Data, rest.Data...), expected) {
			t.Error("other bits in a stream", errPush, errFinish)
		}
	}
	_, err = mojoaudio.NewMelExtractorWithTables(config, mojoaudio.Tables{RowMean: mean[:3]})
	wantError(t, err, mojoaudio.ErrBufferSize, "RowMean must have 6 values, got 3")
	_, err = mojoaudio.NewMelExtractorWithTables(config, mojoaudio.Tables{RowScale: []float32{}})
	wantError(t, err, mojoaudio.ErrBufferSize, "RowScale must have 6 values, got 0")
	large := []float32{0, 0, 0, 0, -2e18, 0}
	_, err = mojoaudio.NewMelExtractorWithTables(config, mojoaudio.Tables{RowScale: large})
	wantError(t, err, mojoaudio.ErrInvalidInput, "RowScale must be at most 1e18 in magnitude, got -2e18 at 4")
}

func TestRowStatistics(t *testing.T) {
	text := "<AddShift> 2 2\n<LearnRateCoef> 0 [ -5 2 ]\n<Rescale> 2 2\n<LearnRateCoef> 0 [ 0.25 0.5 ]\n"
	path := filepath.Join(t.TempDir(), "am.mvn")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	mean, scale, err := mojoaudio.RowStatistics(path)
	if err != nil || !sameBits(mean, []float32{5, -2}) || !sameBits(scale, []float32{0.25, 0.5}) {
		t.Error(mean, scale, err)
	}
	config := mojoaudio.KaldiFbank()
	config.NMels = 2
	own, err := mojoaudio.NewMelExtractorWithTables(config, mojoaudio.Tables{RowMean: mean, RowScale: scale})
	if err != nil {
		t.Fatal(err)
	}
	own.Close()
	_, _, err = mojoaudio.RowStatisticsFromText("{}")
	var fault *mojoaudio.Error
	if !errors.As(err, &fault) || fault.Field != "row_mean" || fault.Value != `"{}"` {
		t.Error(err)
	}
	if _, _, err := mojoaudio.RowStatistics(path + "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, _, err := mojoaudio.RowStatisticsFromText("a\x00b"); err == nil {
		t.Error("a text with a zero byte was read")
	}
}

func TestValidFrames(t *testing.T) {
	config := mojoaudio.Whisper()
	config.PadTo = 480_000
	whisper, parakeet := newExtractor(t, config), newExtractor(t, mojoaudio.Parakeet())
	if whisper.ValidFrames(16_001) != 101 || whisper.FrameCount(16_001) != 3000 {
		t.Error(whisper.ValidFrames(16_001), whisper.FrameCount(16_001))
	}
	if parakeet.ValidFrames(16_000) != 100 || parakeet.FrameCount(16_000) != 101 {
		t.Error(parakeet.ValidFrames(16_000), parakeet.FrameCount(16_000))
	}
	whisper.Close()
	if whisper.ValidFrames(-1) != 0 || whisper.ValidFrames(16_001) != 0 {
		t.Error("a closed extractor has frames")
	}
}

func TestFilterbank(t *testing.T) {
	config := mojoaudio.Whisper()
	config.NMels, config.NFFT, config.SampleRate = 2, 8, 8000
	config.MelScale, config.MelNorm = mojoaudio.MelScaleHTK, mojoaudio.MelNormNone
	extractor := newExtractor(t, config)
	weights, err := extractor.Filterbank()
	if err != nil || len(weights) != 10 {
		t.Fatal(weights, err)
	}
	// HTK's scale.
	most := 2595 * math.Log10(1+4000.0/700)
	corner := func(i int) float64 { return 700 * (math.Pow(10, most*float64(i)/3/2595) - 1) }
	for i, weight := range weights {
		band, hz := i/5, float64(i%5)*1000
		low, middle, high := corner(band), corner(band+1), corner(band+2)
		wanted := max(0, min((hz-low)/(middle-low), (high-hz)/(high-middle)))
		if math.Abs(float64(weight)-wanted) > 1e-6 {
			t.Errorf("band %d at %g Hz: %g, not %g", band, hz, weight, wanted)
		}
	}
	filters := []float32{0, 1.5, -2, 0, 1e-30, 7, 0, 0, 0.25, 3}
	own, err := mojoaudio.NewMelExtractorWithTables(config, mojoaudio.Tables{Filterbank: filters})
	if err != nil {
		t.Fatal(err)
	}
	if weights, err := own.Filterbank(); err != nil || !sameBits(weights, filters) {
		t.Error(weights, err)
	}
	own.Close()
	_, err = own.Filterbank()
	wantError(t, err, mojoaudio.ErrClosed, "closed")
}

func TestComputeInto(t *testing.T) {
	extractor := newExtractor(t, mojoaudio.Whisper())
	samples := tone(16_000, 1)
	whole, err := extractor.Compute(samples)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, len(whole.Data)+1)
	out[len(whole.Data)] = 7
	n, err := extractor.ComputeInto(samples, out)
	if err != nil || n != 100 || !sameBits(out[:len(whole.Data)], whole.Data) || out[len(whole.Data)] != 7 {
		t.Error("other values", n, err)
	}
	n, err = extractor.ComputeInto(samples, out[:len(whole.Data)-1])
	wantError(t, err, mojoaudio.ErrBufferSize, "8000")
	if n != 0 {
		t.Error(n, "frames in spite of the error")
	}
	_, err = extractor.ComputeInto(samples, samples)
	wantError(t, err, mojoaudio.ErrInvalidInput, "")
	_, err = extractor.ComputeInto(nil, out)
	wantError(t, err, mojoaudio.ErrInvalidInput, "empty")
}

func TestNoAllocation(t *testing.T) {
	extractor := newExtractor(t, mojoaudio.Whisper())
	samples, integers := tone(16_000, 1), make([]int16, 16_000)
	out := make([]float32, 8000)
	stream := newStream(t, mojoaudio.KaldiFbank())
	for name, function := range map[string]func() (int, error){
		"ComputeInto":      func() (int, error) { return extractor.ComputeInto(samples, out) },
		"ComputeIntoInt16": func() (int, error) { return extractor.ComputeIntoInt16(integers, out) },
		"PushInto":         func() (int, error) { return stream.PushInto(samples, out) },
		"PushIntoInt16":    func() (int, error) { return stream.PushIntoInt16(integers, out) },
	} {
		n := testing.AllocsPerRun(20, func() {
			if frames, err := function(); err != nil || frames == 0 {
				t.Error(name, frames, err)
			}
		})
		if n != 0 {
			t.Errorf("%s: %g allocations", name, n)
		}
	}
}

func TestRefusedMemory(t *testing.T) {
	config := mojoaudio.Whisper()
	// Two terabytes of result.
	config.PadTo = 1 << 40
	_, err := newExtractor(t, config).Compute(tone(400, 1))
	wantError(t, err, mojoaudio.ErrAllocation, "memory")
}

func TestBatch(t *testing.T) {
	extractor := newExtractor(t, mojoaudio.Whisper())
	bad := tone(800, 3)
	bad[57] = float32(math.NaN())
	clips := [][]float32{tone(16_000, 1), bad, nil, tone(401, 2)}
	for nThreads := range 3 {
		results, err := extractor.ComputeBatch(t.Context(), clips, nThreads)
		wantError(t, err, mojoaudio.ErrInvalidInput, "sample 57")
		if results[1] != nil || results[2] != nil {
			t.Error("a result in spite of the error")
		}
		for _, i := range []int{0, 3} {
			alone, err := extractor.Compute(clips[i])
			if err != nil || results[i] == nil || !sameBits(alone.Data, results[i].Data) {
				t.Errorf("clip %d: other bits, %v", i, err)
			}
		}
	}
	integers := [][]int16{{1, 2, 3}, make([]int16, 1000)}
	results, err := extractor.ComputeBatchInt16(t.Context(), integers, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, clip := range integers {
		alone, err := extractor.ComputeInt16(clip)
		if err != nil || !sameBits(alone.Data, results[i].Data) {
			t.Errorf("clip %d: other bits, %v", i, err)
		}
	}
	if results, err := extractor.ComputeBatch(t.Context(), nil, 0); err != nil || len(results) != 0 {
		t.Error(results, err)
	}
	_, err = extractor.ComputeBatch(t.Context(), clips, -1)
	wantError(t, err, mojoaudio.ErrInvalidInput, "nThreads")
}

func TestStreamInto(t *testing.T) {
	for _, layout := range []mojoaudio.Layout{mojoaudio.LayoutMelMajor, mojoaudio.LayoutFrameMajor} {
		config := mojoaudio.KaldiFbank()
		config.Layout = layout
		samples := tone(4000, 1)
		whole, err := newExtractor(t, config).Compute(samples)
		if err != nil {
			t.Fatal(err)
		}
		stream := newStream(t, config)
		// Room for two frames and a bit.
		out := make([]float32, 2*stream.NMels()+1)
		at := 0
		take := func(n int, err error) {
			if err != nil {
				t.Fatal(err)
			}
			part := mojoaudio.MelSpectrogram{Data: out, NMels: stream.NMels(), NFrames: n, Layout: layout}
			for frame := range n {
				for mel := range part.NMels {
					if part.At(mel, frame) != whole.At(mel, at+frame) {
						t.Fatalf("(%d, %d) differs", mel, at+frame)
					}
				}
			}
			at += n
		}
		_, err = stream.PushInto(samples, out[:stream.NMels()-1])
		wantError(t, err, mojoaudio.ErrBufferSize, "")
		take(stream.PushInto(samples, out))
		if at != 2 || stream.Available() == 0 {
			t.Fatalf("%d frames, %d left", at, stream.Available())
		}
		take(stream.FinishInto(out))
		for stream.Available() > 0 {
			take(stream.Read(out))
		}
		if at != whole.NFrames {
			t.Errorf("%d frames for %d", at, whole.NFrames)
		}
	}
}

func TestStreamErrors(t *testing.T) {
	stream := newStream(t, mojoaudio.KaldiFbank())
	_, err := stream.Finish()
	wantError(t, err, mojoaudio.ErrInvalidInput, "")
	if _, err := stream.Push(tone(1000, 1)); err != nil {
		t.Fatal(err)
	}
	_, err = stream.Push([]float32{0, float32(math.Inf(1))})
	wantError(t, err, mojoaudio.ErrInvalidInput, "sample 1001")
	if _, err := stream.Push(nil); err != nil {
		t.Error(err)
	}
	if _, err := stream.Finish(); err != nil {
		t.Fatal(err)
	}
	_, err = stream.Push(tone(1, 1))
	wantError(t, err, mojoaudio.ErrInvalidInput, "")
	_, err = stream.Finish()
	wantError(t, err, mojoaudio.ErrInvalidInput, "")
	stream.Reset()
	if _, err := stream.PushInt16([]int16{1, 2, 3}); err != nil {
		t.Error(err)
	}
}

func TestClose(t *testing.T) {
	extractor := newExtractor(t, mojoaudio.KaldiFbank())
	stream, err := extractor.NewStream()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := extractor.Close(); err != nil {
			t.Fatal(err)
		}
	}
	samples, integers, out := tone(1000, 1), make([]int16, 1000), make([]float32, 8000)
	// The stream lives on.
	if mel, err := stream.Push(samples); err != nil || mel.NFrames == 0 {
		t.Error(mel, err)
	}
	for range 2 {
		if err := stream.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, function := range map[string]func() error{
		"Compute":           func() error { _, err := extractor.Compute(samples); return err },
		"ComputeInt16":      func() error { _, err := extractor.ComputeInt16(integers); return err },
		"ComputeInto":       func() error { _, err := extractor.ComputeInto(samples, out); return err },
		"ComputeIntoInt16":  func() error { _, err := extractor.ComputeIntoInt16(integers, out); return err },
		"ComputeBatch":      func() error { _, err := extractor.ComputeBatch(t.Context(), nil, 0); return err },
		"ComputeBatchInt16": func() error { _, err := extractor.ComputeBatchInt16(t.Context(), nil, 0); return err },
		"NewStream":         func() error { _, err := extractor.NewStream(); return err },
		"NewFrames":         func() error { _, err := extractor.NewFrames(); return err },
		"Push":              func() error { _, err := stream.Push(samples); return err },
		"PushInt16":         func() error { _, err := stream.PushInt16(integers); return err },
		"PushInto":          func() error { _, err := stream.PushInto(samples, out); return err },
		"PushIntoInt16":     func() error { _, err := stream.PushIntoInt16(integers, out); return err },
		"Read":              func() error { _, err := stream.Read(out); return err },
		"Finish":            func() error { _, err := stream.Finish(); return err },
		"FinishInto":        func() error { _, err := stream.FinishInto(out); return err },
	} {
		if err := function(); !errors.Is(err, mojoaudio.ErrClosed) {
			t.Errorf("%s: %v is not ErrClosed", name, err)
		}
	}
	stream.Reset()
	if extractor.FrameCount(1000) != 0 || stream.Available() != 0 {
		t.Error("frames after Close")
	}
}

// lasting reports whether a test should go on: `cargo xtask harden concurrency` asks for a minute.
func lasting(t *testing.T) func() bool {
	seconds := 0
	if text := os.Getenv("MOJO_AUDIO_SECONDS"); text != "" {
		var err error
		if seconds, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	return func() bool { return time.Now().Before(end) }
}

func TestGoroutines(t *testing.T) {
	const n = 64
	extractor := newExtractor(t, mojoaudio.Whisper())
	goesOn := lasting(t)
	var compared atomic.Int64
	var wanted [n]*mojoaudio.MelSpectrogram
	for i := range n {
		mel, err := extractor.Compute(tone(8000+i, i))
		if err != nil {
			t.Fatal(err)
		}
		wanted[i] = mel
	}
	var group sync.WaitGroup
	for i := range n {
		group.Add(1)
		go func() {
			defer group.Done()
			samples := tone(8000+i, i)
			for round := 0; round < 5 || goesOn(); round++ {
				mel, err := extractor.Compute(samples)
				if err != nil || !sameBits(mel.Data, wanted[i].Data) {
					t.Error("other bits", err)
					return
				}
				compared.Add(1)
			}
		}()
	}
	group.Wait()
	t.Logf("concurrency: %d goroutines, race detector: %d results", n, compared.Load())
}

// Each goroutine gets the text of its own error.
func TestErrorsOfGoroutines(t *testing.T) {
	extractor := newExtractor(t, mojoaudio.Whisper())
	var group sync.WaitGroup
	for i := range 16 {
		group.Add(1)
		go func() {
			defer group.Done()
			samples := tone(1000, i)
			samples[i] = float32(math.Inf(-1))
			for range 200 {
				_, err := extractor.Compute(samples)
				wantError(t, err, mojoaudio.ErrInvalidInput, "sample "+itoa(i)+" must be finite")
				runtime.Gosched()
			}
		}()
	}
	group.Wait()
}

// Close waits for running calls; later ones fail.
func TestCloseDuringCalls(t *testing.T) {
	goesOn := lasting(t)
	for round := 0; round < 20 || goesOn(); round++ {
		extractor := newExtractor(t, mojoaudio.KaldiFbank())
		stream, err := extractor.NewStream()
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for i := range 8 {
			group.Add(1)
			go func() {
				defer group.Done()
				samples := tone(4000, i)
				for {
					_, err := extractor.Compute(samples)
					_, streamErr := stream.Push(samples)
					if err != nil || streamErr != nil {
						for _, err := range []error{err, streamErr} {
							if err != nil && !errors.Is(err, mojoaudio.ErrClosed) {
								t.Error(err)
							}
						}
						return
					}
				}
			}()
		}
		extractor.Close()
		stream.Close()
		group.Wait()
	}
}

// resident is the memory of the process in bytes.
func resident(t *testing.T) int {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc/self/statm: ", err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// testMemory runs a function so often that a leak of an extractor's memory (some 100 KiB) each time would
// show: 400 MB. Memory that is waiting to be freed is allowed.
func testMemory(t *testing.T, allowed int, function func()) {
	const n = 4000
	for range n / 4 {
		function()
	}
	before := resident(t)
	for range n {
		function()
	}
	if grown := resident(t) - before; grown > allowed {
		t.Errorf("%d bytes more after %d times", grown, n)
	}
}

func use(t *testing.T) (*mojoaudio.MelExtractor, *mojoaudio.MelStream) {
	extractor, err := mojoaudio.NewMelExtractor(mojoaudio.KaldiFbank())
	if err != nil {
		t.Fatal(err)
	}
	stream, err := extractor.NewStream()
	if err != nil {
		t.Fatal(err)
	}
	samples := make([]float32, 800)
	if _, err := extractor.Compute(samples); err != nil {
		t.Fatal(err)
	}
	if _, err := extractor.ComputeBatch(t.Context(), [][]float32{samples, samples}, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Push(samples); err != nil {
		t.Fatal(err)
	}
	return extractor, stream
}

func TestCloseFreesMemory(t *testing.T) {
	testMemory(t, 8<<20, func() {
		extractor, stream := use(t)
		stream.Close()
		extractor.Close()
	})
}

func TestMemoryIsFreedWithoutClose(t *testing.T) {
	n := 0
	testMemory(t, 80<<20, func() {
		use(t)
		if n++; n%50 == 0 {
			runtime.GC()
			// Cleanups run in their own goroutine.
			done := make(chan struct{})
			runtime.AddCleanup(new([16]byte), func(done chan struct{}) { close(done) }, done)
			runtime.GC()
			<-done
		}
	})
}
