package mojoaudio_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mojoaudio"
)

const corpus = "../../conformance"

type clip struct {
	Input    string `json:"input"`
	NSamples int    `json:"n_samples"`
	Expected string `json:"expected"`
	NMels    int    `json:"n_mels"`
	NFrames  int    `json:"n_frames"`
	Bound    struct {
		Atol       float64   `json:"atol"`
		Rtol       float64   `json:"rtol"`
		MeanAbs    float64   `json:"mean_abs"`
		AtolPerRow []float64 `json:"atol_per_row"`
	} `json:"bound"`
}

type conformanceCase struct {
	clip
	Name    string  `json:"name"`
	Kind    string  `json:"kind"`
	Preset  string  `json:"preset"`
	Options options `json:"options"`
	Clips   []clip  `json:"clips"`
	Call    string  `json:"call"`
	Error   struct {
		Code  string `json:"code"`
		Field string `json:"field"`
		Name  string `json:"name"`
		Index int    `json:"index"`
	} `json:"error"`
}

// options are names and values in the order in which to set them.
type options [][2]string

func (o *options) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	var words []string
	for {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		if word, is := token.(string); is {
			words = append(words, word)
		}
	}
	for pair := range slices.Chunk(words, 2) {
		*o = append(*o, [2]string{pair[0], pair[1]})
	}
	return nil
}

func readCases(t *testing.T) []conformanceCase {
	text, err := os.ReadFile(filepath.Join(corpus, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Cases []conformanceCase `json:"cases"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return list.Cases
}

// read returns the values of a file, or silence.
func read[S float32 | int16](t *testing.T, name string, n int) []S {
	t.Helper()
	values := make([]S, n)
	if name == "silence" {
		return values
	}
	file, err := os.Open(filepath.Join(corpus, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := binary.Read(file, binary.LittleEndian, values); err != nil {
		t.Fatal(name, err)
	}
	return values
}

// config fails if the preset or an option is refused.
func (c *conformanceCase) config() (mojoaudio.MelConfig, error) {
	config, err := mojoaudio.Preset(c.Preset)
	for _, option := range c.Options {
		if err == nil {
			err = config.Set(option[0], option[1])
		}
	}
	return config, err
}

func (c *conformanceCase) extractor() (*mojoaudio.MelExtractor, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	return mojoaudio.NewMelExtractor(config)
}

func TestConformance(t *testing.T) {
	kinds := map[string]int{}
	streamed := map[string]bool{}
	for _, c := range readCases(t) {
		kinds[c.Kind]++
		t.Run(c.Name, func(t *testing.T) {
			if c.Kind == "refusal" {
				testRefusal(t, &c)
				return
			}
			extractor, err := c.extractor()
			if err != nil {
				t.Fatal(err)
			}
			defer extractor.Close()
			switch c.Kind {
			case "single":
				samples := read[float32](t, c.Input, c.NSamples)
				if testSingle(t, &c, extractor, samples, extractor.Compute, (*mojoaudio.MelStream).Push) {
					streamed[c.Preset] = true
				}
			case "int16":
				samples := read[int16](t, c.Input, c.NSamples)
				testSingle(t, &c, extractor, samples, extractor.ComputeInt16, (*mojoaudio.MelStream).PushInt16)
			case "batch":
				testBatch(t, &c, extractor)
			case "statistic":
				testStatistic(t, &c, extractor)
			default:
				t.Fatal("a case of an unknown kind:", c.Kind)
			}
		})
	}
	for _, kind := range []string{"single", "int16", "batch", "statistic", "refusal"} {
		if kinds[kind] == 0 {
			t.Error("there is no case of the kind", kind)
		}
	}
	// These don't need the whole input.
	for _, preset := range []string{"librosa", "torchaudio", "kaldi-fbank", "hifigan", "speecht5"} {
		if !streamed[preset] {
			t.Error("no case was streamed of the preset", preset)
		}
	}
}

// testSingle reports whether the case can be streamed.
func testSingle[S float32 | int16](
	t *testing.T,
	c *conformanceCase,
	extractor *mojoaudio.MelExtractor,
	samples []S,
	compute func([]S) (*mojoaudio.MelSpectrogram, error),
	push func(*mojoaudio.MelStream, []S) (*mojoaudio.MelSpectrogram, error),
) bool {
	given := slices.Clone(samples)
	whole, err := compute(samples)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(samples, given) {
		t.Error("the samples were changed")
	}
	if n := extractor.FrameCount(c.NSamples); n != c.NFrames {
		t.Errorf("frame count %d for %d", n, c.NFrames)
	}
	check(t, &c.clip, whole)

	stream, err := extractor.NewStream()
	if err != nil {
		if !errors.Is(err, mojoaudio.ErrInvalidInput) {
			t.Error(err)
		}
		return false
	}
	defer stream.Close()
	for _, size := range []int{1, 7, 160, 161, 4096, c.NSamples} {
		if size < 100 && c.NSamples > 1000 {
			continue
		}
		stream.Reset()
		gathered := mojoaudio.MelSpectrogram{
			Data:    make([]float32, len(whole.Data)),
			NMels:   whole.NMels,
			NFrames: whole.NFrames,
			Layout:  whole.Layout,
		}
		at := 0
		add := func(part *mojoaudio.MelSpectrogram, err error) {
			if err != nil {
				t.Fatal(err)
			}
			if at+part.NFrames > whole.NFrames {
				t.Fatalf("pieces of %d: more than %d frames", size, whole.NFrames)
			}
			for frame := range part.NFrames {
				for mel := range part.NMels {
					*place(&gathered, mel, at+frame) = part.At(mel, frame)
				}
			}
			at += part.NFrames
		}
		for piece := range slices.Chunk(samples, size) {
			add(push(stream, piece))
		}
		add(stream.Finish())
		if at != whole.NFrames || !sameBits(gathered.Data, whole.Data) {
			t.Errorf("pieces of %d: other bits, or %d frames for %d", size, at, whole.NFrames)
		}
	}
	return true
}

func place(m *mojoaudio.MelSpectrogram, mel, frame int) *float32 {
	if m.Layout == mojoaudio.LayoutFrameMajor {
		return &m.Data[frame*m.NMels+mel]
	}
	return &m.Data[mel*m.NFrames+frame]
}

func check(t *testing.T, c *clip, mel *mojoaudio.MelSpectrogram) {
	t.Helper()
	if mel.NMels != c.NMels || mel.NFrames != c.NFrames {
		t.Fatalf("(%d, %d) for (%d, %d)", mel.NMels, mel.NFrames, c.NMels, c.NFrames)
	}
	if len(mel.Data) == 0 {
		return
	}
	sum, outside := 0.0, 0
	for i, value := range read[float32](t, c.Expected, len(mel.Data)) {
		expected := float64(value)
		deviation := math.Abs(float64(mel.Data[i]) - expected)
		sum += deviation
		if !(deviation <= c.Bound.Atol+c.Bound.Rtol*math.Abs(expected)) {
			outside++
		}
	}
	mean := sum / float64(len(mel.Data))
	if outside > 0 || !(mean <= c.Bound.MeanAbs) {
		t.Errorf("%d of %d values are outside of the bound; mean deviation %g for %g",
			outside, len(mel.Data), mean, c.Bound.MeanAbs)
	}
}

func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool {
		return math.Float32bits(x) == math.Float32bits(y)
	})
}

func testBatch(t *testing.T, c *conformanceCase, extractor *mojoaudio.MelExtractor) {
	var clips [][]float32
	for _, clip := range c.Clips {
		clips = append(clips, read[float32](t, clip.Input, clip.NSamples))
	}
	for nThreads := range 4 {
		results, err := extractor.ComputeBatch(t.Context(), clips, nThreads)
		if err != nil {
			t.Fatal(err)
		}
		for i := range clips {
			check(t, &c.Clips[i], results[i])
			alone, err := extractor.Compute(clips[i])
			if err != nil || !sameBits(alone.Data, results[i].Data) {
				t.Errorf("clip %d alone has other bits: %v", i, err)
			}
		}
	}
}

func testStatistic(t *testing.T, c *conformanceCase, extractor *mojoaudio.MelExtractor) {
	mel, err := extractor.Compute(read[float32](t, c.Input, c.NSamples))
	if err != nil {
		t.Fatal(err)
	}
	if mel.NMels != c.NMels || mel.NFrames != c.NFrames {
		t.Fatalf("(%d, %d) for (%d, %d)", mel.NMels, mel.NFrames, c.NMels, c.NFrames)
	}
	for row, expected := range read[float32](t, c.Expected, c.NMels) {
		sum := 0.0
		for frame := range mel.NFrames {
			sum += float64(mel.At(row, frame))
		}
		deviation := math.Abs(sum/float64(mel.NFrames) - float64(expected))
		if !(deviation <= c.Bound.AtolPerRow[row]) {
			t.Errorf("row %d: the mean is %g off, bound %g", row, deviation, c.Bound.AtolPerRow[row])
		}
	}
}

func testRefusal(t *testing.T, c *conformanceCase) {
	config, err := c.config()
	isSet := err == nil
	var extractor *mojoaudio.MelExtractor
	if isSet {
		extractor, err = mojoaudio.NewMelExtractor(config)
	}
	if c.Call != "new" {
		if err != nil {
			t.Fatal(err)
		}
		defer extractor.Close()
	}
	switch c.Call {
	case "compute":
		_, err = extractor.Compute(read[float32](t, c.Input, c.NSamples))
	case "stream":
		_, err = extractor.NewStream()
	}
	if !errors.Is(err, mojoaudio.ErrInvalidInput) {
		t.Fatalf("%v is not ErrInvalidInput", err)
	}
	var refusal *mojoaudio.Error
	if !errors.As(err, &refusal) || refusal.Code.String() != c.Error.Code {
		t.Fatalf("%v is no %s", err, c.Error.Code)
	}
	switch refusal.Code {
	case mojoaudio.CodeConfig:
		// Options that are set by their names in every language have these in errors, too.
		option := c.Error.Field
		if isSet {
			option = goName(t, option)
		}
		text := fmt.Sprintf("mojoaudio: %s must be %s, got %s", option, refusal.Expected, refusal.Value)
		if refusal.Field != option || !strings.HasPrefix(err.Error(), text) {
			t.Errorf("%v is not about %s", err, option)
		}
	case mojoaudio.CodeSample:
		if refusal.Index != c.Error.Index {
			t.Errorf("%v is not about sample %d", err, c.Error.Index)
		}
	case mojoaudio.CodeUnknownName:
		if !strings.Contains(err.Error(), `"`+c.Error.Name+`"`) {
			t.Errorf("%v is not about %s", err, c.Error.Name)
		}
	}
}

// goName is the field of MelConfig that is the option with that name in every language.
func goName(t *testing.T, option string) string {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[mojoaudio.MelConfig]()) {
		if strings.EqualFold(field.Name, strings.ReplaceAll(option, "_", "")) {
			return field.Name
		}
	}
	t.Fatal("no field is ", option)
	return ""
}
