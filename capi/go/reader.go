//go:build cgo

package mojoaudio

import (
	"context"
	"encoding/binary"
	"io"
	"iter"
)

// chunkSize is the number of bytes that are asked of a reader at once: 0.13 s of 16-bit samples at 16 kHz.
const chunkSize = 4096

// Frames reads float32 samples, little-endian and without a header, and yields each frame as soon as it is certain:
// NMels values, which stay valid. They have the same bits as from the whole signal.
//
//	for frame, err := range extractor.Frames(ctx, microphone) {
//		if err != nil {
//			return err
//		}
//		use(frame)
//	}
//
// The last pair may have an error and no frame: that of [MelExtractor.NewStream], that of the reader (wrapped, of the
// kind [CodeFile]), one that wraps [io.ErrUnexpectedEOF] if the reader ends within a sample, or those of
// [MelStream.Push] and [MelStream.Finish]. Once ctx is done, nothing more is read or yielded, and the error is of the
// kind [CodeAborted] and wraps [context.Cause] of ctx; a read that has begun is not interrupted.
//
// The sequence can be ranged over once, as the reader can.
func (e *MelExtractor) Frames(ctx context.Context, r io.Reader) iter.Seq2[[]float32, error] {
	return frames(ctx, e, r, (*MelStream).Push)
}

// FramesInt16 is like Frames for 16-bit samples, little-endian: what `arecord -t raw -f S16_LE` or
// `ffmpeg -f s16le -` write. Each is divided by 32768.
func (e *MelExtractor) FramesInt16(ctx context.Context, r io.Reader) iter.Seq2[[]float32, error] {
	return frames(ctx, e, r, (*MelStream).PushInt16)
}

func frames[S sample](
	ctx context.Context, e *MelExtractor, r io.Reader, push func(*MelStream, []S) (*MelSpectrogram, error),
) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		stream, err := e.NewStream()
		if err != nil {
			yield(nil, err)
			return
		}
		defer stream.Close()
		source := sampleReader[S]{reader: r}
		for isEnd := false; !isEnd; {
			var mel *MelSpectrogram
			if err = ctx.Err(); err == nil {
				var samples []S
				samples, err = source.next()
				// An error that wraps io.EOF is a failure: a signal ends with io.EOF itself.
				isEnd = err == io.EOF
				if err == nil {
					mel, err = push(stream, samples)
				} else if isEnd {
					mel, err = stream.Finish()
				}
			}
			if ctx.Err() != nil {
				err = aborted(ctx, "reading was stopped")
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for rest := byFrame(mel); len(rest) > 0; rest = rest[mel.NMels:] {
				if ctx.Err() != nil {
					yield(nil, aborted(ctx, "reading was stopped"))
					return
				}
				if !yield(rest[:mel.NMels:mel.NMels], nil) {
					return
				}
			}
		}
	}
}

// sampleReader reads samples in the order of bytes that files have.
type sampleReader[S sample] struct {
	reader  io.Reader
	bytes   [chunkSize]byte
	n       int // how many of them are there
	samples []S
	failure error // of the reader, once it has one
}

// next returns the samples of the next read, at least one; io.EOF at the end.
func (s *sampleReader[S]) next() ([]S, error) {
	size := binary.Size(S(0))
	for range 100 {
		if s.failure != nil {
			return nil, s.end()
		}
		n, err := s.reader.Read(s.bytes[s.n:])
		s.n, s.failure = s.n+n, err
		if whole := s.n / size; whole > 0 {
			s.samples = append(s.samples[:0], make([]S, whole)...)
			used, err := binary.Decode(s.bytes[:whole*size], binary.LittleEndian, s.samples)
			copy(s.bytes[:], s.bytes[used:s.n])
			s.n -= used
			return s.samples, err
		}
	}
	s.failure = io.ErrNoProgress
	return nil, s.end()
}

// end is the error of a reader that has no more samples.
func (s *sampleReader[S]) end() error {
	if s.failure != io.EOF {
		return refused(s.failure, CodeFile, "", "reading samples: "+s.failure.Error())
	}
	if s.n > 0 {
		return refused(io.ErrUnexpectedEOF, CodeFile, "", "the reader ended within a sample")
	}
	return io.EOF
}
